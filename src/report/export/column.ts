import type { ExportLine } from './export-line.ts';

/** What the cells of a column are. */
export type ColumnType = 'integer' | 'text' | 'json' | 'pollen' | 'time' | 'boolean';

/** A cell: an amount of Pollen in units of 1e-8, JSON as its value, a time as ISO 8601. */
export type Cell = string | number | bigint | boolean | object | undefined;

/** A column of the results as a table. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether every item has it. */
  readonly isRequired: boolean;
  /** One sentence for people, in Markdown. */
  readonly about: string;
  readonly cell: (line: ExportLine) => Cell;
}

/** A column that items may lack. */
export function column(name: string, type: ColumnType, about: string, cell: Column['cell']): Column {
  return { name, type, isRequired: false, about, cell };
}

/** A column that every item has, however it ended. */
export function required(name: string, type: ColumnType, about: string, cell: Column['cell']): Column {
  return { name, type, isRequired: true, about, cell };
}
