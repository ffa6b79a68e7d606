import type { GalleryItem } from '../../contract.ts';
import { valueOn, type Axis } from './axes.ts';

export interface TableRow {
  /** JSON of its value. */
  readonly value: string;
  /** Items of each column. */
  readonly cells: readonly (readonly GalleryItem[])[];
}

export interface Table {
  /** JSON of the values of the columns; one empty text where there are no columns. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  /** Items that have no value on one of the axes. */
  readonly left: number;
}

/** Sets items as rows and columns; values that no item has are left out. */
export function tableOf(items: readonly GalleryItem[], rowAxis: Axis, columnAxis: Axis | undefined): Table {
  const cells = new Map<string, Map<string, GalleryItem[]>>();
  const columnsSeen = new Set<string>();
  let left = 0;
  for (const item of items) {
    const [row, column] = [valueOn(item, rowAxis), columnAxis === undefined ? '' : valueOn(item, columnAxis)];
    if (row === undefined || column === undefined) {
      left += 1;
      continue;
    }
    columnsSeen.add(column);
    const ofRow = cells.get(row) ?? new Map<string, GalleryItem[]>();
    cells.set(row, ofRow);
    const cell = ofRow.get(column);
    if (cell === undefined) ofRow.set(column, [item]);
    else cell.push(item);
  }
  const columns = columnAxis === undefined ? [''] : inOrder(columnAxis, columnsSeen);
  const rows = inOrder(rowAxis, new Set(cells.keys())).map((value) => ({
    value,
    cells: columns.map((column) => cells.get(value)?.get(column) ?? []),
  }));
  return { columns, rows, left };
}

// Those first that the run knows; a page that is live may see others.
function inOrder({ values }: Axis, seen: ReadonlySet<string>): readonly string[] {
  const known = values.filter((value) => seen.has(value));
  return [...known, ...[...seen].filter((value) => !values.includes(value))];
}

/** The axes that a table has: those that were chosen, or else the first two. */
export function chooseAxes(
  axes: readonly Axis[],
  rows: string | undefined,
  columns: string | undefined,
): { readonly rowAxis: Axis | undefined; readonly columnAxis: Axis | undefined } {
  const rowAxis = axes.find(({ key }) => key === rows) ?? axes[0];
  const others = axes.filter((axis) => axis !== rowAxis);
  if (columns === 'none') return { rowAxis, columnAxis: undefined };
  return { rowAxis, columnAxis: others.find(({ key }) => key === columns) ?? others[0] };
}
