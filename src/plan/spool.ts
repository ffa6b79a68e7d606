import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A stretch of a spool. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that wait on this machine's disk until it is known where they go, so that memory does not hold them. */
export interface Spool {
  append(text: string): Stretch;
  read(stretch: Stretch): Buffer;
  close(): void;
}

/**
 * Opens a spool in the folder for temporary files. Its file has no name once it is open: nothing is left of it, however
 * the process ends.
 */
export function openSpool(): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'pollen-batch-'));
  const file = openSync(join(folder, 'spool'), 'wx+', 0o600);
  rmSync(folder, { recursive: true, force: true });
  let end = 0;
  return {
    append(text) {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) {
        written += writeSync(file, bytes, written, bytes.length - written, end + written);
      }
      const stretch = { offset: end, length: bytes.length };
      end += bytes.length;
      return stretch;
    },
    read({ offset, length }) {
      const bytes = Buffer.allocUnsafe(length);
      for (let read = 0; read < length;) {
        const count = readSync(file, bytes, read, length - read, offset + read);
        if (count === 0) throw new Error('the spool ends before its stretch');
        read += count;
      }
      return bytes;
    },
    close: () => closeSync(file),
  };
}
