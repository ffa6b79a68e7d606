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

// A block may end inside a quoted cell, which the next one ends.
async function* recordBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<readonly CsvRecord[]> {
  let delimiter: string | undefined;
  let rest: LineBlock | undefined;
  for await (const block of lineBlocks(stream)) {
    const whole: LineBlock =
      rest === undefined ? block : { bytes: Buffer.concat([rest.bytes, block.bytes]), line: rest.line };
    delimiter ??= delimiterOf(firstLine(whole.bytes));
    const read = readRecords(whole, delimiter, false);
    rest = read.rest;
    yield read.records;
  }
  if (rest !== undefined) yield readRecords(rest, delimiter ?? ',', true).records;
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
