import type { ProblemCode } from '../../manifest/problem-codes.ts';
import { memberColumn } from '../sources/member-column.ts';

/** What is wrong with a line, and the members on the way to it. */
export interface LineFault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly at?: readonly string[];
  /** Counted from 1, where it is known without a way. */
  readonly column?: number;
}

/** The column at which a fault is in its line, counted from 1. */
export function columnOf(text: string, { at = [], column }: LineFault): number {
  return column ?? memberColumn(text, at);
}
