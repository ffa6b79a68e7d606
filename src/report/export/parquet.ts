import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';

/** Rows, and bytes of their values, that a group has at most, save where one row has more: a group is in memory as a whole. */
const GROUP_ROWS = 5_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** A column of a Parquet file. */
export interface ParquetColumn<Row> {
  readonly name: string;
  /** Its element of the schema, and those below it. */
  readonly schema: readonly SchemaElement[];
  readonly valueOf: (row: Row) => unknown;
  /** How it is written. @default as the library chooses */
  readonly storage?: Pick<ColumnSource, 'codec' | 'encoding' | 'statistics'>;
}

/**
 * Writes rows as a Parquet file, one group of them after the other.
 *
 * @param metadata - of the file, as readers look for it by name
 */
export async function* parquetChunks<Row>(
  columns: readonly ParquetColumn<Row>[],
  rows: AsyncIterable<Row>,
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'schema', num_children: columns.length }, ...columns.flatMap(({ schema }) => schema)],
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: 'pollen-batch',
  });
  for await (const group of grouped(columns, rows)) {
    await writer.write({
      columnData: columns.map(({ name, storage }, index) => ({ name, data: group[index] ?? [], ...storage })),
      rowGroupSize: GROUP_ROWS,
    });
    yield taken(bytes);
  }
  await writer.finish();
  yield taken(bytes);
}

/** The values of each column of a group. */
type Group = readonly unknown[][];

async function* grouped<Row>(
  columns: readonly ParquetColumn<Row>[],
  rows: AsyncIterable<Row>,
): AsyncGenerator<Group> {
  const empty = (): Group => columns.map(() => []);
  let group = empty();
  let count = 0;
  let size = 0;
  for await (const row of rows) {
    for (const [index, { valueOf }] of columns.entries()) {
      const value = valueOf(row);
      group[index]?.push(value);
      size += sizeOf(value);
    }
    count += 1;
    if (count < GROUP_ROWS && size < GROUP_BYTES) continue;
    yield group;
    group = empty();
    count = 0;
    size = 0;
  }
  if (count > 0) yield group;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8;
  return Object.values(value).reduce((sum: number, part) => sum + sizeOf(part), 0);
}

// What the writer has in its buffer, which it uses again.
function taken(bytes: ByteWriter): Uint8Array {
  const chunk = bytes.getBytes().slice();
  bytes.index = 0;
  return chunk;
}
