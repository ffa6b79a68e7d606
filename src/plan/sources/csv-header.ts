import { forbiddenNames } from '../../manifest/forbidden-names.ts';
import { quoted } from '../../manifest/printable.ts';
import { MAX_TOLD } from '../problem-list.ts';
import { joinedError, type SourceFault } from './row.ts';

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
 * @throws SourceError for names that are empty, there already, or not allowed: one more of them than are told
 */
export function readHeader(cells: readonly string[], line: number): readonly string[] {
  const names = new Set<string>();
  const faults: SourceFault[] = [];
  let column = 1;
  for (const [index, cell] of cells.entries()) {
    const name = cell.trim();
    const fault = nameFault(name, index, names);
    if (fault !== undefined) faults.push({ ...fault, place: { line, column } });
    if (faults.length > MAX_TOLD) break;
    names.add(name);
    column += cell.length + 1;
  }
  const error = joinedError(faults);
  if (error !== undefined) throw error;
  return [...names];
}

function nameFault(
  name: string,
  index: number,
  before: ReadonlySet<string>,
): Omit<SourceFault, 'place'> | undefined {
  if (name === '') {
    const message = `column ${index + 1} has no name; the first line names every column`;
    return { code: 'data-invalid', message };
  }
  if (forbiddenNames.has(name)) {
    return { code: 'key-forbidden', message: `the column ${quoted(name)} is not allowed` };
  }
  if (!before.has(name)) return undefined;
  const message = `the column ${quoted(name)} is there already; name one of them differently`;
  return { code: 'key-duplicate', message };
}
