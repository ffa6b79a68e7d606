import { asRow, rowFault } from './check-values.ts';
import { jsonFaultOffset, jsonFaultReason } from './json-fault.ts';
import { readWhole } from './read-whole.ts';
import { SourceError, type Read } from './row.ts';

const MAX_BYTES = 32 * 1024 * 1024;

/** Reads a JSON list of maps, up to 32 MiB: JSON Lines are read as they come, a list only whole. */
export async function* readJson(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Read[]> {
  const text = await readWhole(stream, MAX_BYTES, 'write it as JSON Lines (.jsonl), which may have any size');
  const list = parse(text);
  if (!Array.isArray(list)) throw new SourceError('data-invalid', 'the file is no list: [{…}, {…}]');
  const lines = elementLines(text);
  yield list.map((value: unknown, index): Read => {
    const at = { number: index + 1, file, line: lines[index] ?? 1 };
    const fault = rowFault(value);
    return fault === undefined
      ? { kind: 'row', ...at, values: asRow(value) }
      : { kind: 'fault', ...at, column: 1, ...fault };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const before = text.slice(0, jsonFaultOffset(text, error)).split('\n');
    throw new SourceError('data-invalid', `the file is no JSON: ${jsonFaultReason(error)}`, {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
    });
  }
}

/** The lines at which the elements of a list start, whose text is known to be JSON. */
function elementLines(text: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let isExpected = false;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[^\s"]|\n/gu)) {
    if (token === '\n') {
      line += 1;
      continue;
    }
    if (isExpected && depth === 1 && token !== ']') lines.push(line);
    isExpected = depth === 1 && token === ',';
    if (token === '[' || token === '{') {
      depth += 1;
      if (depth === 1) isExpected = true;
    } else if (token === ']' || token === '}') depth -= 1;
  }
  return lines;
}
