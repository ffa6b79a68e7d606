import { isUtf8 } from 'node:buffer';

/** One line of a file, without its end. */
export interface Line {
  /** Counted from 1, blank lines too. */
  readonly number: number;
  /** Absent when it is longer than a line may be, or no UTF-8. */
  readonly text?: string;
}

const NEWLINE = 0x0a;

/** Bytes of a line; a body with pictures in it is long, and what has no line ends at all must not fill the memory. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Reads a file line by line, as it comes; of a line that is too long no more than its number is kept. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let pending: Uint8Array[] = [];
  let length = 0;
  let number = 0;

  function take(part: Uint8Array): void {
    length += part.byteLength;
    if (length <= MAX_LINE_BYTES) pending.push(part);
    else pending = [];
  }

  function end(): Line {
    number += 1;
    const bytes = pending.length === 1 ? pending[0] : Buffer.concat(pending);
    const line = length > MAX_LINE_BYTES ? undefined : textOf(bytes ?? new Uint8Array(), number === 1);
    pending = [];
    length = 0;
    return { number, ...(line === undefined ? {} : { text: line }) };
  }

  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, at));
      start = at + 1;
      yield end();
    }
    if (start < chunk.byteLength) take(chunk.subarray(start));
  }
  if (length > 0) yield end();
}

function textOf(bytes: Uint8Array, isFirst: boolean): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return isFirst && text.startsWith('\uFEFF') ? text.slice(1) : text;
}
