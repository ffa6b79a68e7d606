import { relative } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../render/words.ts';
import type { ResultFormat } from '../results/result-formats.ts';
import { pipeResults, results, writeResults } from '../results/results.ts';
import { parseSelection } from '../results/selection.ts';
import { configure, withStored } from './configure.ts';
import { done, type CommandContext, type Outcome, type OutputFlags } from './outcome.ts';
import { toStdout } from './to-stdout.ts';

export interface ResultsFlags extends OutputFlags {
  readonly out: string;
  readonly format: 'files' | ResultFormat;
  readonly select?: readonly string[];
  readonly withArtifacts?: true;
}

/** `results RUN` */
export function resultsAction(text: string, flags: ResultsFlags, context: CommandContext): Promise<Outcome> {
  const { out, format, select = [], withArtifacts = false } = flags;
  const isWanted = parseSelection(select);
  if (out === '-' && (format === 'files' || withArtifacts)) {
    throw new PollenBatchError('usage', 'files cannot be printed', {
      remedy: 'Give a folder with --out, or one of the other formats, such as `--format jsonl --out -`.',
    });
  }
  return withStored(configure(), text, async ({ store }, run) => {
    if (format === 'files') return copiedOutcome(await results(store, run, out, isWanted), context);
    const wanted = { format, isWanted };
    if (out === '-') {
      await pipeResults(store, run, wanted, toStdout);
      return done;
    }
    const { marker, file, ...copied } = await writeResults(store, run, wanted, out, withArtifacts);
    return {
      data: { runId: run.runId, state: marker.state, file, ...copied, tally: marker.tally },
      text: near(file),
      exitCode: exitCodes.succeeded,
    };
  });
}

function copiedOutcome(
  { runId, marker, folder, copied, kept }: Awaited<ReturnType<typeof results>>,
  { terminal }: CommandContext,
): Outcome {
  terminal.say(
    `${plural(copied, 'file')} copied, ${kept} there already; results.jsonl, report.json, bill.jsonl and errors.jsonl beside them.`,
  );
  return {
    data: { runId, state: marker.state, folder, copied, kept, tally: marker.tally },
    text: near(folder),
    exitCode: exitCodes.succeeded,
  };
}

function near(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}
