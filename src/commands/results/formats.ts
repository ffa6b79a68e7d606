import { collectVars } from '../../report/export/var-columns.ts';
import { resultColumns } from '../../report/export/columns.ts';
import type { Column } from '../../report/export/column.ts';
import { csvHead, csvRows } from '../../report/export/csv.ts';
import type { ExportLine } from '../../report/export/export-line.ts';
import { jsonLine } from '../../report/export/json-line.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';
import { openaiBatchLines } from './openai-batch.ts';
import type { ResultFormat } from './result-formats.ts';

/** Lines and rows that are put into text at once. */
const ROWS = 250;

/** Streams the results of a run in one of the forms, in the job's order. */
export async function* resultChunks(
  store: ObjectStore,
  exported: Exported,
  format: ResultFormat,
): AsyncGenerator<Uint8Array> {
  switch (format) {
    case 'jsonl':
      yield* inTexts(exported.lines(), (lines) => lines.map(jsonLine).join(''));
      return;
    case 'csv': {
      const columns = await columnsOf(exported);
      yield Buffer.from(csvHead(columns));
      yield* inTexts(exported.lines(), (lines) => csvRows(columns, lines));
      return;
    }
    case 'parquet': {
      // Only who asks for it loads the library.
      const { resultsParquet } = await import('../../report/export/results-parquet.ts');
      yield* resultsParquet(await columnsOf(exported), exported.lines());
      return;
    }
    case 'openai-batch':
      yield* openaiBatchLines(store, exported);
  }
}

// Which variables there are only the whole results say.
async function columnsOf({ results }: Exported): Promise<readonly Column[]> {
  const vars = collectVars();
  for await (const line of results()) vars.add(line);
  return [...resultColumns, ...vars.columns()];
}

async function* inTexts(
  lines: AsyncIterable<ExportLine>,
  textOf: (lines: readonly ExportLine[]) => string,
): AsyncGenerator<Uint8Array> {
  let some: ExportLine[] = [];
  for await (const line of lines) {
    if (some.push(line) < ROWS) continue;
    yield Buffer.from(textOf(some));
    some = [];
  }
  if (some.length > 0) yield Buffer.from(textOf(some));
}
