import type { SchemaElement } from 'hyparquet-writer';

import type { Column } from './column.ts';
import { featureMetadata, IMAGE } from './dataset-features.ts';
import type { ExportLine } from './export-line.ts';
import { parquetColumn } from './parquet-columns.ts';
import { parquetChunks, type ParquetColumn } from './parquet.ts';

/** A row of a dataset: a result, and its picture where it is one. */
export interface DatasetRow {
  readonly line: ExportLine;
  readonly image?: { readonly bytes: Uint8Array; readonly path: string };
}

const struct: readonly SchemaElement[] = [
  { name: IMAGE, repetition_type: 'OPTIONAL', num_children: 2 },
  { name: 'bytes', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
  { name: 'path', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
];

/** Streams rows as one file of a dataset, which pandas and Hugging Face's `datasets` load. */
export function datasetParquet(
  columns: readonly Column[],
  hasImages: boolean,
  rows: AsyncIterable<DatasetRow>,
): AsyncGenerator<Uint8Array> {
  const all = columns.map((column): ParquetColumn<DatasetRow> => {
    const { valueOf, ...rest } = parquetColumn(column, 'text');
    return { ...rest, valueOf: ({ line }) => valueOf(line) };
  });
  const pictures: ParquetColumn<DatasetRow> = {
    name: IMAGE,
    schema: struct,
    valueOf: ({ image }) => image,
    // They are packed already, no two are the same, and the least of them tells nothing.
    storage: { codec: 'UNCOMPRESSED', encoding: 'PLAIN', statistics: false },
  };
  return parquetChunks(hasImages ? [...all, pictures] : all, rows, featureMetadata(columns, hasImages));
}
