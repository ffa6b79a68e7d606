import type { Entry, Values } from '../../manifest/job.ts';
import { formatOf } from '../../manifest/local-path.ts';
import { printable, quoted } from '../../manifest/printable.ts';
import type { Problem } from '../../manifest/problem.ts';
import { isFolder } from '../sources/read-source.ts';
import type { Row, RowFault } from '../sources/row.ts';
import { dataPath } from './data-path.ts';
import type { ItemFault } from './expand-entry.ts';

/** Characters of a combination that a message shows. */
const SHOWN = 120;

/** A problem of one item, and what names the slip behind it, which other items share. */
export interface ItemProblem {
  readonly problem: Problem;
  readonly slip: string;
  /** Whether it is the same in every row. */
  readonly isOnce: boolean;
}

/** Gives a fault its place: in the data where a row is at fault, else in the job file. */
export function itemProblem(
  { fault, place }: ItemFault,
  { row, combination }: { readonly row?: Row | undefined; readonly combination?: Values | undefined },
  entry: Entry,
  jobFile: string,
): ItemProblem {
  const { code, message } = fault;
  const slip = `${code} ${place.line}:${place.column} ${entry.path.join()}`;
  if (row !== undefined && code === 'column-unknown' && hasOneHeader(entry)) {
    const problem = { ...place, code, message: printable(`${message} (the columns of ${row.file})`) };
    return { problem, slip: `${slip} ${message}`, isOnce: true };
  }
  const said = `${originOf(row, combination, code === 'column-unknown' ? undefined : fault.column)}${message}`;
  if (row === undefined || !fault.isOfRow) {
    return { problem: { ...place, code, message: printable(said) }, slip, isOnce: false };
  }
  const where = `${place.file}:${place.line}:${place.column}`;
  return {
    problem: {
      file: dataPath(jobFile, row.file),
      line: row.line,
      column: 1,
      ...(fault.column === undefined ? undefined : row.placeOf?.(fault.column)),
      code,
      message: printable(`${said} (asked for in ${where})`),
    },
    slip,
    isOnce: false,
  };
}

/** The problem of a row that could not be read. */
export function rowProblem(fault: RowFault, jobFile: string): Problem {
  const { file, line, column, code, message } = fault;
  return {
    file: dataPath(jobFile, file),
    line,
    column,
    code,
    message: printable(`${rowName(fault)}: ${message}`),
  };
}

function originOf(row: Row | undefined, combination: Values | undefined, column: string | undefined): string {
  if (row !== undefined) {
    return `${rowName(row)}${column === undefined ? '' : `, column ${quoted(column)}`}: `;
  }
  if (combination === undefined) return '';
  const shown = Object.entries(combination)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return `for ${shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown}: `;
}

function rowName({ number, file, line }: Pick<Row, 'number' | 'file' | 'line'>): string {
  return `row ${number} of ${file} (line ${line})`;
}

/** Whether all rows have the same columns. */
function hasOneHeader({ from }: Entry): boolean {
  if (from === undefined) return false;
  const format = from.format ?? formatOf(from.path);
  return format === 'csv' || format === 'text' || isFolder(from);
}
