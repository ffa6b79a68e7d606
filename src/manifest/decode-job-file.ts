import { isUtf8 } from 'node:buffer';
import type { Place, Problem } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';

/** Largest job file in bytes (8 MiB): beyond it, parsing would take longer than an author waits. */
export const maxFileBytes = 8 * 1024 * 1024;

const newline = 0x0a;

/**
 * Decodes the bytes of a job file as UTF-8, dropping a byte order mark.
 * UTF-16, NUL bytes, bytes that are not UTF-8 and files over 8 MiB come back as a problem.
 */
export function decodeJobFile(
  bytes: Uint8Array,
  file: string,
): { readonly text: string } | { readonly problems: readonly Problem[] } {
  const refuse = (code: ProblemCode, message: string, place: Place = { line: 1, column: 1 }) => ({
    problems: [{ file, ...place, code, message }],
  });
  if (bytes.byteLength > maxFileBytes) return refuse('file-too-large', tooLarge);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return refuse('file-encoding', 'the file is UTF-16 (or UTF-32); save it as UTF-8');
  }
  if (!isUtf8(bytes)) {
    const place = firstBadByte(bytes);
    return refuse('file-encoding', 'the file is not UTF-8 from here on; save it as UTF-8', place);
  }
  return { text: new TextDecoder().decode(bytes) };
}

/** Says that a file has more bytes than that. */
export const tooLarge =
  'the file has more than the 8 MiB that a job file may have; put rows into a CSV or JSONL file and name it with `from:`';

/** Where bytes stop being UTF-8, which they do. */
export function firstBadByte(bytes: Uint8Array): Place {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(newline, start);
    const lineBytes = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (end === -1 || !isUtf8(lineBytes)) return { line, column: firstBadColumn(lineBytes, line) };
    line += 1;
    start = end + 1;
  }
}

/** Bisects, because `isUtf8` tells that a line is bad but not where. */
function firstBadColumn(lineBytes: Uint8Array, line: number): number {
  let good = 0;
  let bad = lineBytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(wholeCharacters(lineBytes, middle))) good = middle;
    else bad = middle;
  }
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(wholeCharacters(lineBytes, good));
  return before.length + (line === 1 && before.startsWith('\uFEFF') ? 0 : 1);
}

/** The first bytes, without a character that is cut at their end. */
function wholeCharacters(bytes: Uint8Array, end: number): Uint8Array {
  for (let start = end - 1; start >= Math.max(0, end - 3); start -= 1) {
    const byte = bytes[start] ?? 0;
    if (byte >> 6 === 0b10) continue;
    const length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return bytes.subarray(0, start + length > end ? start : end);
  }
  return bytes.subarray(0, end);
}
