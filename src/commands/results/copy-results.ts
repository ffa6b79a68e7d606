import type { PageCode } from '../../gallery/page-html.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { copyFiles, copyReports, type Copied } from './copy-files.ts';
import type { Exported } from './export-lines.ts';
import { resultChunks } from './formats.ts';
import { resultFileNames } from './result-formats.ts';
import { openResultFolder } from './result-folder.ts';
import { writeGalleryFiles } from './write-gallery.ts';

/** What became of the files of a run. */
export interface CopiedResults extends Copied {
  /** The run's folder. */
  readonly folder: string;
  /** Why its gallery could not be made; absent where it was. */
  readonly galleryFault?: string;
}

/**
 * Copies an ended run to a folder of this machine: results, bill, report, errors, gallery, and every text and image as a file
 * of its own.
 *
 * @param out - the run gets a folder of its own name below it
 * @param code - of the gallery's page
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's, `usage` when the folder
 * cannot be written to
 */
export async function copyResults(
  store: ObjectStore,
  exported: Exported,
  out: string,
  code: () => Promise<PageCode>,
): Promise<CopiedResults> {
  const folder = await openResultFolder(out, exported.run.runId);
  const copied = await copyFiles(store, exported, await folder.folder('items'));
  // Once all items are there; what is told of them follows.
  await folder.write(resultFileNames.jsonl, resultChunks(store, exported, 'jsonl'));
  await copyReports(store, exported, folder);
  try {
    await writeGalleryFiles(store, exported, folder, { code: await code(), links: { kind: 'relative' } });
  } catch (error) {
    // The results are all there.
    return { folder: folder.path, ...copied, galleryFault: String(error) };
  }
  return { folder: folder.path, ...copied };
}
