import { forbiddenNames } from '../../manifest/forbidden-names.ts';
import { quoted } from '../../manifest/printable.ts';
import { SourceError } from './row.ts';

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
 * @throws SourceError for a name that is empty, there already, or not allowed
 */
export function readHeader(cells: readonly string[], line: number): readonly string[] {
  const names: string[] = [];
  let column = 1;
  for (const cell of cells) {
    const name = cell.trim();
    const place = { line, column };
    if (name === '') {
      const message = `column ${names.length + 1} has no name; the first line names every column`;
      throw new SourceError('data-invalid', message, place);
    }
    if (forbiddenNames.has(name)) {
      throw new SourceError('key-forbidden', `the column ${quoted(name)} is not allowed`, place);
    }
    if (names.includes(name)) {
      throw new SourceError('key-duplicate', `the column ${quoted(name)} is there already`, place);
    }
    names.push(name);
    column += cell.length + 1;
  }
  return names;
}
