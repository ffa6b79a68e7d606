import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system in memory that can be made as small as what is on it: then it is full. */
export interface SmallDisk {
  /** @returns bytes that are left */
  fill(): Promise<number>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** As it says when it is empty: an object store plans by it, and nothing is taken until it is used. */
const SIZE = '64g';

/**
 * Makes a folder a file system of its own.
 *
 * @returns `undefined` where this user may not
 */
export async function mountSmallDisk(folder: string): Promise<SmallDisk | undefined> {
  if (process.platform !== 'linux') return undefined;
  const resize = (size: string): Promise<unknown> =>
    run('mount', ['-o', `remount,size=${size}`, 'pollen-batch-nemesis', folder]);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'pollen-batch-nemesis', folder]);
  } catch {
    return undefined;
  }
  return {
    async fill() {
      // What is written between the look and the change would not fit: then the next try does.
      for (let left = 20; left > 0; left -= 1) {
        const { blocks, bfree, bsize } = await statfs(folder);
        if ((await resize(String((blocks - bfree) * bsize)).catch(() => undefined)) !== undefined) break;
      }
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    async empty() {
      await resize(SIZE);
    },
    async remove() {
      await run('umount', [folder]);
    },
  };
}
