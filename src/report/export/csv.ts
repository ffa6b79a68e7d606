import { stringify } from 'csv-stringify/sync';

import { formatAmount } from '../../pollen/amount.ts';
import type { Cell, Column } from './column.ts';
import type { ExportLine } from './export-line.ts';
import { jsonText } from './json-line.ts';

/**
 * Rows of a table as RFC 4180 has them. Names and answers may be anything: what a spreadsheet would take for a formula is kept
 * from it by an apostrophe. A text that looks as if it had got one gets one as well, so that a program can take them back:
 * `'` and what follows from `=`, `+`, `-`, `@`, tab or carriage return on.
 */
export function csvOf(rows: readonly (readonly (string | number | boolean | null | undefined)[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    {
      escape_formulas: true,
      // A lone carriage return ends a line for some readers.
      quoted_match: /[\r\n]/,
      cast: {
        boolean: String,
        string: (text) => (/^'+[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text),
      },
    },
  );
}

/** The head of the results as a table. */
export function csvHead(columns: readonly Column[]): string {
  return csvOf([columns.map(({ name }) => name)]);
}

/** Results as rows of a table. */
export function csvRows(columns: readonly Column[], lines: readonly ExportLine[]): string {
  return csvOf(lines.map((line) => columns.map(({ cell }) => textOf(cell(line)))));
}

function textOf(cell: Cell): string | number | boolean | undefined {
  if (typeof cell === 'bigint') return formatAmount(cell);
  return typeof cell === 'object' ? jsonText(cell) : cell;
}
