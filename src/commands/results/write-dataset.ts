import { mapAhead } from '../../at-once.ts';
import type { Column } from '../../report/export/column.ts';
import { resultColumns } from '../../report/export/columns.ts';
import { datasetCard, type CardFacts } from '../../report/export/dataset-card.ts';
import type { DatasetRow } from '../../report/export/dataset-parquet.ts';
import type { ExportLine } from '../../report/export/export-line.ts';
import { collectVars } from '../../report/export/var-columns.ts';
import { runKeys } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';
import { readChecked } from '../../report/read-results.ts';
import type { ResultFolder } from './result-folder.ts';

/** Results that are read at once; pictures are whole in memory. */
const READS = 8;
/** Bytes of results that one file of a dataset has, about. */
const FILE_BYTES = 256 * 1024 * 1024;
/** What a row has besides its result, about. */
const ROW_BYTES = 1_024;
/** The columns of a dataset, save those of variables and pictures: without names of files that it has not got. */
export const datasetColumns: readonly Column[] = resultColumns.filter(
  ({ name }) => name !== 'file' && name !== 'artifact',
);

/** What a dataset has. */
export interface WrittenDataset {
  readonly rows: number;
  readonly images: number;
  readonly files: number;
}

/**
 * Writes the results of a run as a folder that pandas and Hugging Face's `datasets` load: Parquet files with the pictures in
 * them, the pictures beside as files, and a card. Every sha256 that the results name is checked.
 *
 * @param fileBytes - bytes of results that one file has, about. @default 256 MB
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's, `usage` when the folder
 * cannot be written to
 */
export async function writeDataset(
  store: ObjectStore,
  exported: Exported,
  folder: ResultFolder,
  fileBytes = FILE_BYTES,
): Promise<WrittenDataset> {
  const { root } = runKeys(exported.run);
  const facts = await survey(exported);
  const { rows, images, bytes } = facts;
  const files = Math.max(1, Math.min(rows, Math.ceil(bytes / fileBytes)));
  const data = await folder.folder('data');
  // Of an earlier dataset here, which may have had more of them.
  await data.removeLike(/^train-\d{5}-of-\d{5}\.parquet(\.part)?$/);
  const pictures = images === 0 ? undefined : await folder.folder('images');
  const read = mapAhead(exported.lines(), READS, (line) => rowOf(store, root, line, pictures));
  const { datasetParquet } = await import('../../report/export/dataset-parquet.ts');
  try {
    for (let file = 0; file < files; file += 1) {
      const some = take(read, share(rows, files, file));
      const name = `train-${five(file)}-of-${five(files)}.parquet`;
      await data.write(name, datasetParquet(facts.columns, images > 0, some));
    }
  } finally {
    await read.return();
  }
  const { marker, plan } = exported;
  await folder.write('README.md', [Buffer.from(datasetCard({ ...facts, marker, plan }))]);
  return { rows, images, files };
}

interface Survey extends Omit<CardFacts, 'marker' | 'plan'> {
  readonly rows: number;
  readonly images: number;
}

async function survey({ results }: Exported): Promise<Survey> {
  const vars = collectVars();
  const statuses: Record<string, number> = {};
  const models = new Set<string>();
  const kinds = new Set<'text' | 'image'>();
  let [rows, images, bytes] = [0, 0, 0];
  for await (const line of results()) {
    vars.add(line);
    models.add(line.model);
    kinds.add(line.kind);
    statuses[line.status] = (statuses[line.status] ?? 0) + 1;
    rows += 1;
    if (isPicture(line)) images += 1;
    bytes += ROW_BYTES + (line.status === 'succeeded' ? line.bytes : 0);
  }
  const columns = [...datasetColumns, ...vars.columns()];
  return { rows, images, bytes, statuses, models: [...models].sort(), kinds, columns };
}

function isPicture(line: Pick<ExportLine, 'status' | 'kind'>): boolean {
  return line.status === 'succeeded' && line.kind === 'image';
}

async function rowOf(
  store: ObjectStore,
  root: string,
  line: ExportLine,
  pictures: ResultFolder | undefined,
): Promise<DatasetRow> {
  if (line.status !== 'succeeded' || line.artifact === undefined) return { line };
  const { artifact, sha256, file: path } = line;
  const bytes = await readChecked(store, artifact.key, { root, sha256 });
  if (line.kind === 'text') return { line: { ...line, text: Buffer.from(bytes).toString('utf8') } };
  if (path === undefined) return { line };
  await pictures?.write(path, [bytes]);
  return { line, image: { bytes, path } };
}

// Even shares, so that no file is small.
function share(rows: number, files: number, file: number): number {
  return Math.floor((rows * (file + 1)) / files) - Math.floor((rows * file) / files);
}

// `for await` would end the rows with the first file.
async function* take(rows: AsyncIterator<DatasetRow>, count: number): AsyncGenerator<DatasetRow> {
  for (let taken = 0; taken < count; taken += 1) {
    const next = await rows.next();
    if (next.done === true) return;
    yield next.value;
  }
}

function five(number: number): string {
  return String(number).padStart(5, '0');
}
