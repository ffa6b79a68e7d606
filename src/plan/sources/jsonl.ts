import { asRow, rowFault } from './check-values.ts';
import { jsonFaultOffset, jsonFaultReason } from './json-fault.ts';
import { lineBlocks, linesOf, type TextLine } from './line-blocks.ts';
import { memberColumn } from './member-column.ts';
import type { Read } from './row.ts';

/** Reads JSON Lines: a map a line, empty lines left out. */
export async function* readJsonl(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Read[]> {
  let number = 0;
  for await (const block of lineBlocks(stream)) {
    const rows: Read[] = [];
    for (const line of linesOf(block)) {
      if (line.text.trim() === '') continue;
      number += 1;
      rows.push(readLine(line, number, file));
    }
    yield rows;
  }
}

function readLine({ text, line }: TextLine, number: number, file: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      kind: 'fault',
      number,
      file,
      line,
      column: jsonFaultOffset(text, error) + 1,
      code: 'data-invalid',
      message: `the line is no JSON: ${jsonFaultReason(error)}`,
    };
  }
  const fault = rowFault(value);
  const placeOf = (name: string) => ({ line, column: memberColumn(text, [name]) });
  return fault === undefined
    ? { kind: 'row', number, file, line, values: asRow(value), placeOf }
    : { kind: 'fault', number, file, line, column: 1, ...fault };
}
