import { forbiddenNames } from '../../manifest/forbidden-names.ts';
import { quoted } from '../../manifest/printable.ts';
import type { ProblemCode } from '../../manifest/problem-codes.ts';
import { joinedError, SourceError } from './row.ts';

const delimiters = [',', ';', '\t'] as const;

/** What stands between the cells of a table: the mark that its first line has most of, quoted text left out. */
export function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"?/g, '');
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/**
 * The names of a table's columns.
 *
 * @param line - line that they stand in
 * @throws SourceError for names that are empty, there already, or not allowed: all of them at once
 */
export function readHeader(cells: readonly string[], line: number): readonly string[] {
  const names: string[] = [];
  const faults: SourceError[] = [];
  let column = 1;
  for (const [index, cell] of cells.entries()) {
    const name = cell.trim();
    const fault = nameFault(name, index, names);
    if (fault !== undefined) faults.push(new SourceError(...fault, { line, column }));
    names.push(name);
    column += cell.length + 1;
  }
  const error = joinedError(faults);
  if (error !== undefined) throw error;
  return names;
}

function nameFault(
  name: string,
  index: number,
  before: readonly string[],
): readonly [code: ProblemCode, message: string] | undefined {
  if (name === '') {
    return ['data-invalid', `column ${index + 1} has no name; the first line names every column`];
  }
  if (forbiddenNames.has(name)) return ['key-forbidden', `the column ${quoted(name)} is not allowed`];
  return before.includes(name)
    ? ['key-duplicate', `the column ${quoted(name)} is there already; name one of them differently`]
    : undefined;
}
