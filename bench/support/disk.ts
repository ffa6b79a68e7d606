import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { ObjectStore } from '../../src/storage/object-store.ts';

/** Bytes that the files below a folder take on the disk. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  let total = 0;
  for (const file of files) {
    // A server may have removed it since; and a file may be longer than what it takes.
    const found = await stat(join(folder, file)).catch(() => undefined);
    total += found?.isFile() ? Math.min(found.size, found.blocks * 512) : 0;
  }
  return total;
}

/** How many objects there are below a prefix, and their bytes. */
export async function bytesInStore(
  store: ObjectStore,
  prefix: string,
): Promise<{ readonly objects: number; readonly bytes: number }> {
  let objects = 0;
  let total = 0;
  for await (const { bytes } of store.list(prefix)) {
    objects += 1;
    total += bytes;
  }
  return { objects, bytes: total };
}
