import type { Values } from '../../manifest/job.ts';
import type { Place } from '../../manifest/problem.ts';
import type { ProblemCode } from '../../manifest/problem-codes.ts';

/** One row of a data file. */
export interface Row {
  readonly kind: 'row';
  /** Position among the rows, from 1. */
  readonly number: number;
  /** File that it is from. */
  readonly file: string;
  /** Line of the file that it starts in. */
  readonly line: number;
  readonly values: Values;
  /** Where one of its values stands, where that can be told; the start of the row for one that it does not have. */
  readonly placeOf?: (name: string) => Place;
}

/** A row that cannot be used; those after it can. */
export interface RowFault extends Place {
  readonly kind: 'fault';
  readonly number: number;
  readonly file: string;
  readonly code: ProblemCode;
  readonly message: string;
}

/** What a data file gives, in its order. */
export type Read = Row | RowFault;

/** What ends the reading of a data file: nothing after it can be told apart. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: ProblemCode;
  readonly place: Place;
  /** Which of several files it is about. */
  file?: string;
  /** What else is wrong, that can be told apart all the same. */
  readonly others: readonly SourceError[];

  constructor(
    code: ProblemCode,
    message: string,
    place: Place = { line: 1, column: 1 },
    others: readonly SourceError[] = [],
  ) {
    super(message);
    this.others = others;
    this.code = code;
    this.place = place;
  }
}

/** Several faults that end the reading as one, in their order; `undefined` where there are none. */
export function joinedError(faults: readonly SourceError[]): SourceError | undefined {
  const [first, ...others] = faults;
  return first === undefined ? undefined : new SourceError(first.code, first.message, first.place, others);
}

/** A column that rows are to be picked by, and that none of them has. */
export class UnknownColumn extends Error {
  override readonly name = 'UnknownColumn';
  readonly column: string;
  /** Those of the last row. */
  readonly known: readonly string[];

  constructor(column: string, known: readonly string[]) {
    super(`no row has the column ${column}`);
    this.column = column;
    this.known = known;
  }
}

/** Longest line, or row of a table, in bytes. */
export const MAX_ROW_BYTES = 1024 * 1024;
