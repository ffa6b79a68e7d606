import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';

import type { LineBlock } from './line-blocks.ts';
import { MAX_ROW_BYTES, SourceError } from './row.ts';

/** A line of a table, or the several that a quoted cell makes of it. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** Line of the file that it starts in. */
  readonly line: number;
}

/** What a block of lines holds: records, and what begins in it and ends after it. */
export interface BlockRecords {
  readonly records: readonly CsvRecord[];
  readonly rest?: LineBlock;
}

const options = {
  relax_column_count: true,
  skip_empty_lines: true,
  record_delimiter: ['\r\n', '\n'],
  max_record_size: MAX_ROW_BYTES,
};

/**
 * Reads the records of a block that starts with one.
 *
 * @param isLast - whether nothing comes after it
 * @throws SourceError for quotes that are out of place or never end, and rows of more than 1 MiB
 */
export function readRecords(block: LineBlock, delimiter: string, isLast: boolean): BlockRecords {
  try {
    const found = parse(block.bytes, { ...options, delimiter, info: true }) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return { records: found.map(({ record, info }) => place(block, record, info.lines)) };
  } catch (error) {
    const isOpen = error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED';
    if (!isOpen) throw refusal(error, block.line);
    const read = readClosed(block, delimiter);
    // What is left over starts with the row in question.
    if (isLast) throw endless(read.rest?.line ?? block.line);
    return read;
  }
}

// The slower way, which keeps what was read before the fault.
function readClosed(block: LineBlock, delimiter: string): BlockRecords {
  const records: CsvRecord[] = [];
  let end = 0;
  let lines = 0;
  try {
    parse(block.bytes, {
      ...options,
      delimiter,
      on_record: (record: readonly string[], info) => {
        records.push(place(block, record, info.lines));
        ({ bytes: end, lines } = info);
        return null;
      },
    });
    return { records };
  } catch {
    const rest = { bytes: block.bytes.subarray(end), line: block.line + lines };
    if (rest.bytes.length > MAX_ROW_BYTES) throw endless(rest.line);
    return { records, rest };
  }
}

function endless(line: number): SourceError {
  return new SourceError('data-invalid', 'a quote that opens in this row never ends', { line, column: 1 });
}

function place({ line }: LineBlock, cells: readonly string[], lines: number): CsvRecord {
  const inside = cells.reduce(
    (sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0),
    0,
  );
  return { cells, line: line + lines - 1 - inside };
}

function refusal(error: unknown, line: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const { lines = 1 } = error as { readonly lines?: number };
  const reason = reasons[error.code] ?? error.message.split(' at line ')[0] ?? error.code;
  return new SourceError('data-invalid', reason, { line: line + lines - 1, column: 1 });
}

const reasons: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: 'the row is longer than 1 MiB',
  INVALID_OPENING_QUOTE: 'a quote stands inside a cell; put the whole cell in quotes, and double those in it',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote; double the quotes inside a cell',
};
