import type { JsonValue } from '../../manifest/job.ts';
import type { Place } from '../../manifest/problem.ts';
import { delimiterOf, readHeader } from './csv-header.ts';
import { readRecords, type CsvRecord } from './csv-records.ts';
import { lineBlocks, type LineBlock } from './line-blocks.ts';
import { SourceError, type Read } from './row.ts';

/** Reads a table: a line of names, then a row a line; `,`, `;` or a tab between the cells, in quotes where need be. */
export async function* readCsv(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Read[]> {
  let header: readonly string[] | undefined;
  let number = 0;
  for await (const { records, delimiter } of recordBlocks(stream)) {
    const rows: Read[] = [];
    for (const record of records) {
      if (header === undefined) header = readHeader(record.cells, record.line);
      else rows.push(readRow(record, { header, delimiter, number: (number += 1), file }));
    }
    yield rows;
  }
  if (header === undefined) throw new SourceError('data-invalid', 'the file has no line of column names');
}

// A block may end inside a quoted cell, which a later one ends. What is left over is only read again once there is twice as
// much of it, since long cells would be read for every block otherwise.
async function* recordBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<{
  readonly records: readonly CsvRecord[];
  readonly delimiter: string;
}> {
  let delimiter: string | undefined;
  let waiting: LineBlock[] = [];
  let length = 0;
  let wanted = 0;
  for await (const block of lineBlocks(stream)) {
    delimiter ??= delimiterOf(firstLine(block.bytes));
    waiting.push(block);
    length += block.bytes.length;
    if (length < wanted) continue;
    const { records, rest } = readRecords(joined(waiting), delimiter, false);
    waiting = rest === undefined ? [] : [rest];
    length = rest?.bytes.length ?? 0;
    wanted = 2 * length;
    yield { records, delimiter };
  }
  if (waiting.length === 0) return;
  delimiter ??= ',';
  yield { records: readRecords(joined(waiting), delimiter, true).records, delimiter };
}

function joined(blocks: readonly LineBlock[]): LineBlock {
  return { bytes: Buffer.concat(blocks.map(({ bytes }) => bytes)), line: blocks[0]?.line ?? 1 };
}

function firstLine(bytes: Buffer): string {
  return /^(?:\s*\n)*(.*)/u.exec(bytes.subarray(0, 65_536).toString('utf8'))?.[1] ?? '';
}

/** Where the cell behind others starts, if these are in quotes only where they have to be. */
function cellColumn(before: readonly string[], delimiter: string): number {
  // In another line of the file.
  if (before.some((cell) => cell.includes('\n'))) return 1;
  return before.reduce((sum, cell) => {
    const quotes = cell.split('"').length - 1;
    return sum + cell.length + 1 + (quotes > 0 || cell.includes(delimiter) ? quotes + 2 : 0);
  }, 1);
}

interface RowContext {
  readonly header: readonly string[];
  readonly delimiter: string;
  readonly number: number;
  readonly file: string;
}

function readRow({ cells, line }: CsvRecord, { header, delimiter, number, file }: RowContext): Read {
  if (cells.length !== header.length) {
    const missing = cells.length < header.length;
    const kept = missing ? cells : cells.slice(0, header.length);
    const has = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`;
    return {
      kind: 'fault',
      number,
      file,
      line,
      column: kept.reduce((sum, cell) => sum + cell.length + 1, 0) + (missing ? 0 : 1),
      code: 'data-invalid',
      message: `the row has ${has}, and the first line names ${header.length} columns`,
    };
  }
  const values: Record<string, JsonValue> = {};
  for (let at = 0; at < header.length; at += 1) values[header[at] ?? ''] = cells[at] ?? '';
  const placeOf = (name: string): Place => ({
    line,
    column: cellColumn(cells.slice(0, Math.max(0, header.indexOf(name))), delimiter),
  });
  return { kind: 'row', number, file, line, values, placeOf };
}
