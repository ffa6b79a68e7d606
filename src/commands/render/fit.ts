import stringWidth from 'fast-string-width';

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

/**
 * A line broken at its spaces, with what it is indented by. Longer words stay whole, and so do commands, that they may be
 * copied: those in backticks, and one that has a line to itself.
 */
export function wrap(line: string, width: number): string {
  if (stringWidth(line) <= width || /^ *pollen-batch /.test(line)) return line;
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let last = '';
  for (const word of wordsOf(line.trim())) {
    const longer = last === '' ? `${indent}${word}` : `${last} ${word}`;
    if (last === '' || stringWidth(longer) <= width) last = longer;
    else {
      lines.push(last);
      last = `${indent}${word}`;
    }
  }
  return [...lines, last].join('\n');
}

/** A line cut to a width, with a mark where something is missing. */
export function cut(line: string, width: number): string {
  if (stringWidth(line) <= width) return line;
  let kept = '';
  for (const character of line) {
    if (stringWidth(kept + character) >= width) break;
    kept += character;
  }
  return width < 1 ? '' : `${kept}…`;
}

// What stands in backticks is one word; a lone backtick is a character as any other.
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const [index, part] of text.split(/(`[^`]*`)/).entries()) {
    const [first = '', ...rest] = index % 2 === 1 ? [part] : part.split(' ');
    words.push(`${words.pop() ?? ''}${first}`, ...rest);
  }
  return words;
}
