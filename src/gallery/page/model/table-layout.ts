import type { Table } from './table.ts';

/** Sizes of a table, in pixels. */
export const TILE = 132;
export const TILE_HEIGHT = 156;
const GAP = 6;
const PADDING = 8;
/** Of the line that says how many more there are. */
const MORE = 28;

/** Tiles beside each other in a cell, and tiles of a cell at all. */
const BESIDE = 4;
export const MOST_TILES = 12;

export interface TableLayout {
  readonly widths: readonly number[];
  readonly heights: readonly number[];
}

/** Room for each column and row: as much as its fullest cell takes. */
export function layoutOf({ columns, rows }: Table): TableLayout {
  const most = columns.map((_, column) =>
    Math.max(1, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const widths = most.map((count) => space(Math.min(count, BESIDE), TILE));
  const heights = rows.map(({ cells }) => {
    const most = Math.max(1, ...cells.map(({ length }) => length));
    const lines = Math.ceil(Math.min(most, MOST_TILES) / BESIDE);
    return space(lines, TILE_HEIGHT) + (most > MOST_TILES ? MORE : 0);
  });
  return { widths, heights };
}

function space(count: number, size: number): number {
  return count * (size + GAP) - GAP + 2 * PADDING + 1;
}
