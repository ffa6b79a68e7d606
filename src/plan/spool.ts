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

/** What is collected in memory before it is written. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Opens a spool in the folder for temporary files. Its file has no name once it is open: nothing is left of it, however
 * the process ends.
 */
export function openSpool(): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'pollen-batch-'));
  const file = openSync(join(folder, 'spool'), 'wx+', 0o600);
  rmSync(folder, { recursive: true, force: true });
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let written = 0;
  let filled = 0;

  function write(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(file, bytes, done, bytes.length - done, written + done);
    }
    written += bytes.length;
  }
  function flush(): void {
    write(block.subarray(0, filled));
    filled = 0;
  }

  return {
    append(text) {
      const length = Buffer.byteLength(text);
      if (length > BLOCK_BYTES - filled) flush();
      const offset = written + filled;
      if (length > BLOCK_BYTES) write(Buffer.from(text));
      else filled += block.write(text, filled);
      return { offset, length };
    },
    read({ offset, length }) {
      flush();
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length;) {
        const count = readSync(file, bytes, done, length - done, offset + done);
        if (count === 0) throw new Error('the spool ends before its stretch');
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(file),
  };
}
