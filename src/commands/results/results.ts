import { join } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { copyResults, type CopiedResults } from './copy-results.ts';
import { openaiBatchLines } from './openai-batch.ts';
import { openResultFolder } from './result-folder.ts';

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
 * @throws PollenBatchError `usage` when it has not ended
 */
export async function results(store: ObjectStore, run: RunLocation, out: string): Promise<RunResults> {
  const marker = await readEnd(store, run);
  return { runId: run.runId, marker, ...(await copyResults(store, run, marker, out)) };
}

/**
 * Writes the results of a run that has ended in the form of OpenAI's Batch API: to a file in the run's folder below
 * `out`, or line by line to whoever takes them.
 *
 * @returns the path of the file, where there is one
 * @throws PollenBatchError as `results` does
 */
export async function openaiBatchResults(
  store: ObjectStore,
  run: RunLocation,
  out: string | ((chunk: Uint8Array) => Promise<void>),
): Promise<{ readonly marker: Marker; readonly file?: string }> {
  const marker = await readEnd(store, run);
  const lines = openaiBatchLines(store, run, marker);
  if (typeof out === 'string') {
    const folder = await openResultFolder(out, run.runId);
    await folder.write(BATCH_FILE, lines);
    return { marker, file: join(folder.path, BATCH_FILE) };
  }
  for await (const chunk of lines) await out(chunk);
  return { marker };
}

async function readEnd(store: ObjectStore, run: RunLocation): Promise<Marker> {
  const { runId } = run;
  const marker = await readMarker(store, run);
  if (marker !== undefined) return marker;
  throw new PollenBatchError('usage', `run ${runId} has not ended, so its results are not whole`, {
    remedy: `Wait for its end with \`pollen-batch watch ${runId}\`, then copy them.`,
  });
}
