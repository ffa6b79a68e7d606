import { mapAhead } from '../../at-once.ts';
import { filesOf, type ResultFile } from '../../report/export/file-names.ts';
import { runKeys } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';
import { checked, readChecked } from '../../report/read-results.ts';
import type { ResultFolder } from './result-folder.ts';

const COPIES = 16;

/** How many texts and images were copied now, and how many were there already with the right bytes. */
export interface Copied {
  readonly copied: number;
  readonly kept: number;
}

/**
 * Copies every text and image of the results as a file of its own. Every sha256 that the results name is checked; files that
 * are there already with the right bytes are kept, so that a copy that was interrupted goes on. Whatever the bucket says,
 * nothing outside the run's objects is read, and nothing outside the folder written.
 *
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's, `usage` when the folder
 * cannot be written to
 */
export async function copyFiles(
  store: ObjectStore,
  exported: Exported,
  folder: ResultFolder,
): Promise<Copied> {
  const { root } = runKeys(exported.run);
  let copied = 0;
  let kept = 0;
  for await (const outcome of mapAhead(filesIn(exported), COPIES, (file) =>
    copyFile(store, root, file, folder),
  )) {
    if (outcome === 'copied') copied += 1;
    else kept += 1;
  }
  return { copied, kept };
}

/** Copies report, bill and errors, whose sha256 the run's marker names, and the views that the run has. */
export async function copyReports(
  store: ObjectStore,
  { run, marker }: Pick<Exported, 'run' | 'marker'>,
  folder: ResultFolder,
): Promise<void> {
  const keys = runKeys(run);
  const digests = new Map(marker.files?.map((file) => [file.key, file.sha256]));
  const views = [keys.reportText].filter((key) => digests.has(key));
  for (const key of [keys.report, keys.bill, keys.errors, ...views]) {
    const body = await readChecked(store, key, { root: keys.root, sha256: digests.get(key) });
    await folder.write(key.slice(keys.root.length), [body]);
  }
}

async function* filesIn({ results, digits }: Exported): AsyncGenerator<ResultFile> {
  for await (const line of results()) yield* filesOf(line, digits);
}

async function copyFile(
  store: ObjectStore,
  root: string,
  { name, sha256, content }: ResultFile,
  folder: ResultFolder,
): Promise<'copied' | 'kept'> {
  if (sha256 !== undefined && (await folder.has(name, sha256))) return 'kept';
  const body =
    'text' in content
      ? checked(Buffer.from(content.text), `the text of ${name}`, sha256)
      : await readChecked(store, content.key, { root, sha256 });
  await folder.write(name, [body]);
  return 'copied';
}
