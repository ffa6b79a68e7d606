import type { Column } from './column.ts';
import type { ExportLine } from './export-line.ts';
import { parquetColumn } from './parquet-columns.ts';
import { parquetChunks } from './parquet.ts';

/** Streams results as a Parquet file. */
export function resultsParquet(
  columns: readonly Column[],
  lines: AsyncIterable<ExportLine>,
): AsyncGenerator<Uint8Array> {
  return parquetChunks(
    columns.map((column) => parquetColumn(column)),
    lines,
  );
}
