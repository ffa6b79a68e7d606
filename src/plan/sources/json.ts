import { asRow, rowFault } from './check-values.ts';
import { jsonFaultOffset, jsonFaultReason } from './json-fault.ts';
import { stringEnd } from './json-text.ts';
import { readListText } from './read-text.ts';
import { SourceError, type Read } from './row.ts';

// By code, since a regular expression that matches whole strings has no stack for long ones.
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LIST = 0x5b;
const LIST_END = 0x5d;
const MAP = 0x7b;
const MAP_END = 0x7d;

/** Rows that are handed on together. */
const BATCH = 1_000;

/** Reads a JSON list of maps, up to the size of a job file: JSON Lines are read as they come, a list only whole. */
export async function* readJson(
  stream: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<readonly Read[]> {
  const text = await readListText(stream);
  const list: unknown = parse(text);
  if (!Array.isArray(list)) throw new SourceError('data-invalid', 'the file is no list: [{…}, {…}]');
  const lines = elementLines(text);
  for (let start = 0; start < list.length; start += BATCH) {
    yield list.slice(start, start + BATCH).map((value: unknown, offset): Read => {
      const index = start + offset;
      const at = { number: index + 1, file, line: lines[index] ?? 1 };
      const fault = rowFault(value);
      return fault === undefined
        ? { kind: 'row', ...at, values: asRow(value) }
        : { kind: 'fault', ...at, column: 1, ...fault };
    });
  }
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
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE) line += 1;
    if (code <= SPACE) continue;
    if (isExpected && code !== LIST_END) lines.push(line);
    isExpected = depth === 1 && code === COMMA;
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === LIST || code === MAP) {
      isExpected = depth === 0;
      depth += 1;
    } else if (code === LIST_END || code === MAP_END) depth -= 1;
  }
  return lines;
}
