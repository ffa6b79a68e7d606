import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { PollenBatchError } from '../errors.ts';
import { lookForBinary, type BinarySearch } from '../local/binaries.ts';
import { lookForStoreProgram } from '../local/object-store-server.ts';
import type { FolderFacts, ProgramFacts } from './machine-checks.ts';

/**
 * Looks whether a folder, or the nearest one above that is there, has room and can be written to.
 *
 * @param measure - tells the room of a folder's disk, in blocks
 */
export async function probeFolder(
  title: string,
  path: string,
  measure: (folder: string) => Promise<{ readonly bavail: number; readonly bsize: number }> = statfs,
): Promise<FolderFacts> {
  try {
    const there = await nearestFolder(path);
    const scratch = await mkdtemp(join(there, '.pollen-batch-'));
    await rmdir(scratch);
    const { bavail, bsize } = await measure(there);
    return { title, path, freeBytes: bavail * bsize };
  } catch (error) {
    return { title, path, problem: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

async function nearestFolder(path: string): Promise<string> {
  try {
    // A file in its place is no place.
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return nearestFolder(dirname(path));
  }
  throw Object.assign(new Error('no folder'), { code: 'ENOTDIR' });
}

/** Looks for the programs of a local stack; fetches none. */
export async function probePrograms(search: {
  readonly temporal: BinarySearch;
  readonly weed: BinarySearch;
  /** Folder of the stack's objects. */
  readonly objects: string;
}): Promise<readonly ProgramFacts[]> {
  return Promise.all([
    found('Temporal CLI', async () => (await lookForBinary('temporal', search.temporal)).found?.path),
    found('object store', async () => (await lookForStoreProgram(search.objects, search.weed))?.path),
  ]);
}

async function found(title: string, look: () => Promise<string | undefined>): Promise<ProgramFacts> {
  try {
    const path = await look();
    return path === undefined ? { title } : { title, path };
  } catch (error) {
    if (!(error instanceof PollenBatchError)) throw error;
    const { message, remedy = '' } = error;
    return { title, problem: { message, remedy } };
  }
}
