import { isUtf8 } from 'node:buffer';

import { firstBadByte } from '../../manifest/decode-job-file.ts';
import { SourceError } from './row.ts';

const newline = 0x0a;

/**
 * Sees to it that bytes are text in UTF-8.
 *
 * @param line - line of the file that they start at
 * @throws SourceError with the place of what is not
 */
export function checkBytes(bytes: Uint8Array, line: number): void {
  if (line === 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
    throw new SourceError('file-encoding', 'the file is UTF-16 (or UTF-32); save it as UTF-8');
  }
  if (!isUtf8(bytes)) {
    const place = firstBadByte(bytes);
    throw new SourceError('file-encoding', 'the file is not UTF-8 from here on; save it as UTF-8', {
      line: place.line + line - 1,
      column: place.column,
    });
  }
  const nul = bytes.indexOf(0);
  if (nul === -1) return;
  const before = bytes.subarray(0, nul);
  throw new SourceError('file-nul', 'the file has a NUL character here; is it text at all?', {
    line: line + countLines(before),
    column: new TextDecoder().decode(before.subarray(before.lastIndexOf(newline) + 1)).length + 1,
  });
}

/** How many lines end in these bytes. */
export function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** Without a byte order mark. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
