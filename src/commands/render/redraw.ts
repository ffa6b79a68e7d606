import stringWidth from 'fast-string-width';

/** A block for the screen: text, or what makes it for a screen of some size. */
export type View = string | ((screen: Screen) => string);

/** Size of a screen in characters. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

const UP = '\u001b[1A';
const CLEAR = '\u001b[2K';

/**
 * What puts a block in another one's place on a terminal. The cursor stands on an empty row below the block, before and after;
 * no text means no block.
 *
 * @param columns - of the screen as it is now, which has broken the lines of the old block anew when it was resized
 * @param above - lines that stay above the new block
 */
export function redraw(drawn: string, next: string, columns: number, above = ''): string {
  const rows = rowsOf(drawn, columns);
  // Row by row: what clears the rest of a screen makes some terminals keep it in their scrollback first.
  const home = rows === 0 ? '' : `\r${CLEAR}${`${UP}${CLEAR}`.repeat(rows)}`;
  return [home, ...[above, next].map((text) => (text === '' ? '' : `${text}\n`))].join('');
}

/** Rows of a screen that a text takes, its long lines broken where the terminal breaks them. */
export function rowsOf(text: string, columns: number): number {
  if (text === '') return 0;
  return text
    .split('\n')
    .reduce((rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
}
