import { lineBlocks, linesOf } from './line-blocks.ts';
import { readText } from './read-text.ts';
import type { Read } from './row.ts';

const MAX_BYTES = 1024 * 1024;

/** Reads a text: a row a line, as `row.text`; empty lines are left out. */
export async function* readTextLines(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Read[]> {
  let number = 0;
  for await (const block of lineBlocks(stream)) {
    yield linesOf(block)
      .filter(({ text }) => text.trim() !== '')
      .map(({ text, line }): Read => ({
        kind: 'row',
        number: (number += 1),
        file,
        line,
        values: { text },
      }));
  }
}

/** Reads one of several texts as a row: `row.text`, `row.file`, and `row.name`, which is the file's without extension. */
export async function readTextFile(
  stream: AsyncIterable<Uint8Array>,
  file: string,
  number: number,
): Promise<Read> {
  const text = await readText(stream, MAX_BYTES, 'a prompt is shorter');
  const name = (file.split('/').at(-1) ?? file).replace(/(?<=.)\.[^.]*$/u, '');
  return { kind: 'row', number, file, line: 1, values: { text, file, name } };
}
