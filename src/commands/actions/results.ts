import { relative } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../render/words.ts';
import { openaiBatchResults, results } from '../results/results.ts';
import { configure, withStored } from './configure.ts';
import { done, type CommandContext, type Outcome, type OutputFlags } from './outcome.ts';
import { toStdout } from './to-stdout.ts';

export interface ResultsFlags extends OutputFlags {
  readonly out: string;
  readonly format: 'files' | 'openai-batch';
}

/** `results RUN` */
export function resultsAction(text: string, flags: ResultsFlags, context: CommandContext): Promise<Outcome> {
  const { out, format } = flags;
  if (out === '-' && format === 'files') {
    throw new PollenBatchError('usage', 'files cannot be printed', {
      remedy: 'Give a folder with --out, or `--format openai-batch --out -`.',
    });
  }
  return withStored(configure(), text, ({ store }, run) =>
    format === 'files' ? copyFiles(store, run, out, context) : writeBatch(store, run, out),
  );
}

async function copyFiles(
  store: ObjectStore,
  run: RunLocation,
  out: string,
  { terminal }: CommandContext,
): Promise<Outcome> {
  const { marker, folder, copied, kept } = await results(store, run, out);
  terminal.say(
    `${plural(copied, 'file')} copied, ${kept} there already; results.jsonl, report.json, bill.jsonl and errors.jsonl beside them.`,
  );
  return {
    data: { runId: run.runId, state: marker.state, folder, copied, kept, tally: marker.tally },
    text: near(folder),
    exitCode: exitCodes.succeeded,
  };
}

async function writeBatch(store: ObjectStore, run: RunLocation, out: string): Promise<Outcome> {
  const isPiped = out === '-';
  const { marker, file } = await openaiBatchResults(store, run, isPiped ? toStdout : out);
  if (file === undefined) return done;
  return {
    data: { runId: run.runId, state: marker.state, file, tally: marker.tally },
    text: near(file),
    exitCode: exitCodes.succeeded,
  };
}

function near(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}
