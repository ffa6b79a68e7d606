import type { ProblemCode } from '../../manifest/problem-codes.ts';

/** What is wrong with a line, and the members on the way to it. */
export interface Slip {
  readonly code: ProblemCode;
  readonly message: string;
  readonly at?: readonly string[];
  /** Counted from 1, where it is known without a way. */
  readonly column?: number;
}

/** The column at which a member stands in its line, counted from 1; that of its parent where it does not. */
export function columnOf(text: string, { at = [], column }: Slip): number {
  if (column !== undefined) return column;
  let found = 0;
  for (const member of at) {
    // Quotes in a string are escaped, so that a quoted name with a colon is a member and nothing else.
    const pattern = new RegExp(`${escapePattern(JSON.stringify(member))}\\s*:`, 'g');
    pattern.lastIndex = found;
    const match = pattern.exec(text);
    if (match === null) break;
    found = match.index;
  }
  return found + 1;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
