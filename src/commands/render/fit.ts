import { table } from './words.ts';

/**
 * A table that is no wider than a screen, as far as leaving out one column helps.
 *
 * @param spare - column that is left out where all of them are too wide, counted from 0
 */
export function fitTable(rows: readonly (readonly string[])[], width: number, spare: number): string {
  const whole = table(rows);
  if (whole.split('\n').every((line) => line.length <= width)) return whole;
  return table(rows.map((row) => row.filter((_, column) => column !== spare)));
}

/** A line broken at its spaces, with what it is indented by; a longer word stays whole. */
export function wrap(line: string, width: number): string {
  if (line.length <= width) return line;
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let last = '';
  for (const word of line.trim().split(' ')) {
    const longer = last === '' ? `${indent}${word}` : `${last} ${word}`;
    if (last === '' || longer.length <= width) last = longer;
    else {
      lines.push(last);
      last = `${indent}${word}`;
    }
  }
  return [...lines, last].join('\n');
}
