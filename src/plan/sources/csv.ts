import type { JsonValue } from '../../manifest/job.ts';
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
  for await (const records of recordBlocks(stream)) {
    const rows: Read[] = [];
    for (const record of records) {
      if (header === undefined) header = readHeader(record.cells, record.line);
      else rows.push(readRow(record, header, (number += 1), file));
    }
    yield rows;
  }
  if (header === undefined) throw new SourceError('data-invalid', 'the file has no line of column names');
}

// A block may end inside a quoted cell, which a later one ends. What is left over is only read again once there is twice as
// much of it, since long cells would be read for every block otherwise.
async function* recordBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<readonly CsvRecord[]> {
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
    yield records;
  }
  if (waiting.length > 0) yield readRecords(joined(waiting), delimiter ?? ',', true).records;
}

function joined(blocks: readonly LineBlock[]): LineBlock {
  return { bytes: Buffer.concat(blocks.map(({ bytes }) => bytes)), line: blocks[0]?.line ?? 1 };
}

function firstLine(bytes: Buffer): string {
  return /^(?:\s*\n)*(.*)/u.exec(bytes.subarray(0, 65_536).toString('utf8'))?.[1] ?? '';
}

function readRow({ cells, line }: CsvRecord, header: readonly string[], number: number, file: string): Read {
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
  return { kind: 'row', number, file, line, values };
}
