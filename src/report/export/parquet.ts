import { ByteWriter, ParquetWriter, type ColumnSource, type SchemaElement } from 'hyparquet-writer';

import { AMOUNT_PLACES } from '../../pollen/amount.ts';
import type { Cell, Column, ColumnType } from './columns.ts';
import type { ExportLine } from './export-line.ts';

/** Rows and bytes of texts that a group has at most; a group is in memory as a whole. */
const GROUP_ROWS = 10_000;
const GROUP_BYTES = 16 * 1024 * 1024;
/** Digits of an amount of Pollen: what 64 bits hold. */
const AMOUNT_DIGITS = 18;

/**
 * Writes results as a Parquet file, one group of rows after the other. Amounts are exact decimals of eight places, times
 * milliseconds in UTC.
 */
export async function* parquetChunks(
  columns: readonly Column[],
  lines: AsyncIterable<ExportLine>,
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: schemaOf(columns), createdBy: 'pollen-batch' });
  const taken = (): Uint8Array => {
    const chunk = bytes.getBytes().slice();
    bytes.index = 0;
    return chunk;
  };
  for await (const group of grouped(lines)) {
    await writer.write({
      columnData: columns.map((column) => dataOf(column, group)),
      rowGroupSize: GROUP_ROWS,
    });
    yield taken();
  }
  await writer.finish();
  yield taken();
}

async function* grouped(lines: AsyncIterable<ExportLine>): AsyncGenerator<readonly ExportLine[]> {
  let group: ExportLine[] = [];
  let size = 0;
  for await (const line of lines) {
    group.push(line);
    size += sizeOf(line);
    if (group.length < GROUP_ROWS && size < GROUP_BYTES) continue;
    yield group;
    group = [];
    size = 0;
  }
  if (group.length > 0) yield group;
}

function sizeOf(line: ExportLine): number {
  const text = line.status === 'succeeded' ? (line.text?.length ?? 0) : 0;
  return 500 + text + (line.prompt?.length ?? 0);
}

function dataOf({ name, type, cell }: Column, group: readonly ExportLine[]): ColumnSource {
  return { name, data: group.map((line) => valueOf(type, cell(line))) };
}

function valueOf(type: ColumnType, cell: Cell): unknown {
  if (cell === undefined) return undefined;
  if (type === 'time') return new Date(String(cell));
  return type === 'integer' ? BigInt(cell as number) : cell;
}

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const elements = columns.map(({ name, type, isRequired }): SchemaElement => ({
    name,
    repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
    ...elementOf[type],
  }));
  return [{ name: 'results', num_children: columns.length }, ...elements];
}

const elementOf: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  integer: { type: 'INT64' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
  pollen: { type: 'INT64', converted_type: 'DECIMAL', precision: AMOUNT_DIGITS, scale: AMOUNT_PLACES },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  boolean: { type: 'BOOLEAN' },
};
