import { relative } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../render/words.ts';
import { openaiBatchResults, results } from '../results.ts';
import type { Session } from '../session.ts';
import { configure, withRun } from './configure.ts';
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
  return withRun(configure(), text, (session, { runId }) =>
    format === 'files' ? copyFiles(session, runId, out, context) : writeBatch(session, runId, out),
  );
}

async function copyFiles(
  session: Session,
  runId: string,
  out: string,
  { terminal }: CommandContext,
): Promise<Outcome> {
  const { marker, folder, copied, kept } = await results(session, runId, out);
  terminal.say(
    `${plural(copied, 'file')} copied, ${kept} there already; results.jsonl, report.json, bill.jsonl and errors.jsonl beside them.`,
  );
  return {
    data: { runId, state: marker.state, folder, copied, kept, tally: marker.tally },
    text: near(folder),
    exitCode: exitCodes.succeeded,
  };
}

async function writeBatch(session: Session, runId: string, out: string): Promise<Outcome> {
  const isPiped = out === '-';
  const { marker, file } = await openaiBatchResults(session, runId, isPiped ? toStdout : out);
  if (file === undefined) return done;
  return {
    data: { runId, state: marker.state, file, tally: marker.tally },
    text: near(file),
    exitCode: exitCodes.succeeded,
  };
}

function near(path: string): string {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
}
