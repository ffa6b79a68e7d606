import type { BillRow } from '../../report/bill-rows.ts';
import { plain } from './terminal.ts';
import { table, widthsOf } from './words.ts';

const NARROW = 100;
const ID_COLUMN = 14;
const HEADS = ['ITEM', 'CALL', 'MODEL', 'TRY', 'OUTCOME', 'POLLEN', 'FATE'];
/** Column that is left out where all of them are too wide. */
const SPARE = 2;

/**
 * Writes the bill line by line, an attempt each, page by page: a column grows where a page needs it. The head stands before
 * the first page, and again where a column is left out from then on.
 *
 * @param width - columns of the screen. @default no limit
 * @returns the lines of each next page, each with its end; nothing for an empty page
 */
export function createBillRowsText(width = Number.POSITIVE_INFINITY): (rows: readonly BillRow[]) => string {
  const name = width < NARROW ? ID_COLUMN : 100;
  let widths = widthsOf([HEADS]);
  let isHeadDue = true;
  let isSpared = false;
  return (rows) => {
    if (rows.length === 0) return '';
    const cells = rows.map((row) => cellsOf(row, name));
    widths = widthsOf(cells, widths);
    if (!isSpared && widths.reduce((sum, one) => sum + one + 2, -2) > width) {
      isSpared = true;
      isHeadDue = true;
    }
    const lines = isHeadDue ? [HEADS, ...cells] : cells;
    isHeadDue = false;
    const text = isSpared ? table(lines.map(withoutSpare), withoutSpare(widths)) : table(lines, widths);
    return `${text}\n`;
  };
}

function withoutSpare<T>(row: readonly T[]): readonly T[] {
  return row.filter((_, column) => column !== SPARE);
}

function cellsOf(row: BillRow, name: number): readonly string[] {
  return [
    plain(row.id, name),
    callWords(row),
    plain(row.model, name),
    row.attempt === 0 ? '' : String(row.attempt),
    row.code,
    pollenOf(row),
    row.fate,
  ];
}

function callWords({ step = '', index, repair }: BillRow): string {
  const element = index === undefined ? '' : `.${index}`;
  return `${step}${element}${repair === undefined ? '' : ` (repair ${repair})`}`;
}

function pollenOf({ fate, amount, saved }: BillRow): string {
  if (fate === 'unknown') return amount === null ? 'no bound' : `≤ ${amount}`;
  if (fate === 'saved') return saved === null || saved === undefined ? '(no price)' : `(${saved})`;
  return amount ?? '';
}
