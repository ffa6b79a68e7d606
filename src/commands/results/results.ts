import { basename, extname, join } from 'node:path';

import type { PageCode } from '../../gallery/page-html.ts';
import type { Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { copyFiles, type Copied } from './copy-files.ts';
import { copyResults, type CopiedResults } from './copy-results.ts';
import { openExport, type Exported } from './export-lines.ts';
import { resultChunks } from './formats.ts';
import { readEnd } from './read-end.ts';
import { resultFileNames, type ResultFormat } from './result-formats.ts';
import { openFolderOf, openResultFolder, type ResultFolder } from './result-folder.ts';
import { checkNamed, type Selection } from './selection.ts';
import { writeGalleryFiles, type GalleryLinks } from './write-gallery.ts';
import { writeDataset, type WrittenDataset } from './write-dataset.ts';

/** The copied results of a run, and how it ended. */
export interface RunResults extends CopiedResults {
  readonly runId: string;
  readonly marker: Marker;
}

/**
 * Opens the results of a run that has ended.
 *
 * @throws PollenBatchError `usage` when it has not, or has no item that the selection names
 */
export async function openEnded(
  store: ObjectStore,
  run: RunLocation,
  selection?: Selection,
): Promise<Exported> {
  const exported = await openExport(store, run, await readEnd(store, run), selection);
  if (selection !== undefined) await checkNamed(selection, exported.results());
  return exported;
}

/**
 * Copies the results of a run that has ended to this machine.
 *
 * @param out - the run gets a folder of its own name below it
 * @param code - of the gallery's page
 * @throws PollenBatchError as `openEnded` does
 */
export async function results(
  store: ObjectStore,
  run: RunLocation,
  out: string,
  code: () => Promise<PageCode>,
  selection?: Selection,
): Promise<RunResults> {
  const exported = await openEnded(store, run, selection);
  const { marker } = exported;
  return { runId: run.runId, marker, ...(await copyResults(store, exported, out, code)) };
}

/** In which form results are wanted. */
export interface Wanted {
  readonly format: ResultFormat;
  /** Whether every text and image is copied as a file of its own beside it. */
  readonly withArtifacts: boolean;
}

/**
 * Writes results as one file: of its own name in the run's folder below `out`, or as the one that `out` names by its ending.
 *
 * @throws PollenBatchError `usage` when it cannot be written
 */
export async function writeResults(
  store: ObjectStore,
  exported: Exported,
  { format, withArtifacts }: Wanted,
  out: string,
): Promise<Partial<Copied> & { readonly file: string }> {
  const { folder, name } = await placeFor(exported.run.runId, format, out);
  const copied = withArtifacts ? await copyFiles(store, exported, await folder.folder('items')) : {};
  await folder.write(name, resultChunks(store, exported, format));
  return { file: join(folder.path, name), ...copied };
}

async function placeFor(
  runId: string,
  format: ResultFormat,
  out: string,
): Promise<{ readonly folder: ResultFolder; readonly name: string }> {
  const name = resultFileNames[format];
  if (extname(out) === extname(name)) return { folder: await openFolderOf(out), name: basename(out) };
  return { folder: await openResultFolder(out, runId), name };
}

/**
 * Writes results as a dataset, in a folder of the run's below `out`.
 *
 * @throws PollenBatchError `usage` when it cannot be written
 */
export async function writeRunDataset(
  store: ObjectStore,
  exported: Exported,
  out: string,
): Promise<WrittenDataset & { readonly folder: string }> {
  const parent = await openResultFolder(out, exported.run.runId);
  const folder = await parent.folder('dataset');
  return { folder: folder.path, ...(await writeDataset(store, exported, folder)) };
}

/**
 * Writes the gallery of a run to the run's folder below `out`.
 *
 * @param withArtifacts - copies every text and image that it shows as a file of its own beside it
 * @throws PollenBatchError `usage` when it cannot be written
 */
export async function writeRunGallery(
  store: ObjectStore,
  exported: Exported,
  gallery: { readonly code: PageCode; readonly links: GalleryLinks; readonly withArtifacts: boolean },
  out: string,
): Promise<Partial<Copied> & { readonly file: string }> {
  const folder = await openResultFolder(out, exported.run.runId);
  const copied = gallery.withArtifacts ? await copyFiles(store, exported, await folder.folder('items')) : {};
  await writeGalleryFiles(store, exported, folder, gallery);
  return { file: join(folder.path, 'index.html'), ...copied };
}
