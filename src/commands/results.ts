import { join } from 'node:path';

import { PollenBatchError } from '../errors.ts';
import { readMarker, type Marker } from '../records/run-store.ts';
import type { RunLocation } from '../storage/keys.ts';
import { copyResults, type CopiedResults } from './copy-results.ts';
import { findRun } from './find-run.ts';
import { openaiBatchLines } from './openai-batch.ts';
import { openResultFolder } from './result-folder.ts';
import type { Session } from './session.ts';

/** The copied results of a run, and how it ended. */
export interface RunResults extends CopiedResults {
  readonly runId: string;
  readonly marker: Marker;
}

/** File that takes the results in the form of OpenAI's Batch API. */
const BATCH_FILE = 'openai-batch.jsonl';

/**
 * Copies the results of a run that has ended to this machine.
 *
 * @param out - the run gets a folder of its own name below it
 * @throws PollenBatchError `not-found` when there is no such run, `usage` when it has not ended
 */
export async function results(session: Session, runId: string, out: string): Promise<RunResults> {
  const { run, marker } = await findEnded(session, runId);
  return { runId, marker, ...(await copyResults(session.store, run, marker, out)) };
}

/**
 * Writes the results of a run that has ended in the form of OpenAI's Batch API: to a file in the run's folder below
 * `out`, or line by line to whoever takes them.
 *
 * @returns the path of the file, where there is one
 * @throws PollenBatchError as `results` does
 */
export async function openaiBatchResults(
  session: Session,
  runId: string,
  out: string | ((chunk: Uint8Array) => Promise<void>),
): Promise<{ readonly marker: Marker; readonly file?: string }> {
  const { run, marker } = await findEnded(session, runId);
  const lines = openaiBatchLines(session.store, run, marker);
  if (typeof out === 'string') {
    const folder = await openResultFolder(out, runId);
    await folder.write(BATCH_FILE, lines);
    return { marker, file: join(folder.path, BATCH_FILE) };
  }
  for await (const chunk of lines) await out(chunk);
  return { marker };
}

async function findEnded(
  session: Session,
  runId: string,
): Promise<{ readonly run: RunLocation; readonly marker: Marker }> {
  const run = await findRun(session, runId);
  const marker = await readMarker(session.store, run);
  if (marker !== undefined) return { run, marker };
  throw new PollenBatchError('usage', `run ${runId} has not ended, so its results are not whole`, {
    remedy: `Wait for its end with \`pollen-batch watch ${runId}\`, then copy them.`,
  });
}
