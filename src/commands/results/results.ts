import { join } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { copyFiles, type Copied } from './copy-files.ts';
import { copyResults, type CopiedResults } from './copy-results.ts';
import { openExport } from './export-lines.ts';
import { resultChunks } from './formats.ts';
import { resultFileNames, type ResultFormat } from './result-formats.ts';
import { openResultFolder } from './result-folder.ts';
import type { Selection } from './selection.ts';

/** The copied results of a run, and how it ended. */
export interface RunResults extends CopiedResults {
  readonly runId: string;
  readonly marker: Marker;
}

/**
 * Copies the results of a run that has ended to this machine.
 *
 * @param out - the run gets a folder of its own name below it
 * @throws PollenBatchError `usage` when it has not ended
 */
export async function results(
  store: ObjectStore,
  run: RunLocation,
  out: string,
  isWanted?: Selection,
): Promise<RunResults> {
  const marker = await readEnd(store, run);
  return { runId: run.runId, marker, ...(await copyResults(store, run, marker, out, isWanted)) };
}

/** In which form results are wanted. */
export interface Wanted {
  readonly format: ResultFormat;
  readonly isWanted: Selection;
}

/**
 * Writes the results of a run that has ended as one file in the run's folder below `out`.
 *
 * @param withArtifacts - copies every text and image as a file of its own beside it
 * @throws PollenBatchError as `results` does
 */
export async function writeResults(
  store: ObjectStore,
  run: RunLocation,
  { format, isWanted }: Wanted,
  out: string,
  withArtifacts: boolean,
): Promise<Partial<Copied> & { readonly marker: Marker; readonly file: string }> {
  const marker = await readEnd(store, run);
  const exported = await openExport(store, run, marker, isWanted);
  const folder = await openResultFolder(out, run.runId);
  const copied = withArtifacts ? await copyFiles(store, exported, await folder.folder('items')) : {};
  const name = resultFileNames[format];
  await folder.write(name, resultChunks(store, exported, format));
  return { marker, file: join(folder.path, name), ...copied };
}

/**
 * Hands the same to whoever takes it, chunk by chunk.
 *
 * @throws PollenBatchError as `results` does
 */
export async function pipeResults(
  store: ObjectStore,
  run: RunLocation,
  { format, isWanted }: Wanted,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const marker = await readEnd(store, run);
  const exported = await openExport(store, run, marker, isWanted);
  for await (const chunk of resultChunks(store, exported, format)) await take(chunk);
}

async function readEnd(store: ObjectStore, run: RunLocation): Promise<Marker> {
  const { runId } = run;
  const marker = await readMarker(store, run);
  if (marker !== undefined) return marker;
  throw new PollenBatchError('usage', `run ${runId} has not ended, so its results are not whole`, {
    remedy: `Wait for its end with \`pollen-batch watch ${runId}\`, then copy them.`,
  });
}
