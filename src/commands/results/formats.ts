import type { ObjectStore } from '../../storage/object-store.ts';
import { collectVars, resultColumns, type Column } from '../../report/export/columns.ts';
import { csvHead, csvRows } from '../../report/export/csv.ts';
import type { ExportLine } from '../../report/export/export-line.ts';
import type { Exported } from './export-lines.ts';
import { openaiBatchLines } from './openai-batch.ts';
import type { ResultFormat } from './result-formats.ts';

/** Rows of a table that are put into text at once. */
const ROWS = 500;

/** Streams the results of a run in one of the forms, in the job's order. */
export async function* resultChunks(
  store: ObjectStore,
  exported: Exported,
  format: ResultFormat,
): AsyncGenerator<Uint8Array> {
  switch (format) {
    case 'jsonl':
      for await (const line of exported.lines()) yield Buffer.from(`${JSON.stringify(line)}\n`);
      return;
    case 'csv':
      yield* csvChunks(await columnsOf(exported), exported.lines());
      return;
    case 'parquet': {
      // Only who asks for it loads the library.
      const { parquetChunks } = await import('../../report/export/parquet.ts');
      yield* parquetChunks(await columnsOf(exported), exported.lines());
      return;
    }
    case 'openai-batch':
      yield* openaiBatchLines(store, exported);
  }
}

// Which variables there are only the whole results say.
async function columnsOf({ lines }: Exported): Promise<readonly Column[]> {
  const vars = collectVars();
  for await (const line of lines()) vars.add(line);
  return [...resultColumns, ...vars.columns()];
}

async function* csvChunks(
  columns: readonly Column[],
  lines: AsyncIterable<ExportLine>,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvHead(columns));
  let rows: ExportLine[] = [];
  for await (const line of lines) {
    if (rows.push(line) < ROWS) continue;
    yield Buffer.from(csvRows(columns, rows));
    rows = [];
  }
  if (rows.length > 0) yield Buffer.from(csvRows(columns, rows));
}
