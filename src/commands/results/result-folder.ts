import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { PollenBatchError } from '../../errors.ts';

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A folder that files are written to one by one, each whole or not at all, and none outside it. */
export interface ResultFolder {
  readonly path: string;
  /** A folder in it; one that is a link to elsewhere is refused. */
  folder(name: string): Promise<ResultFolder>;
  /** Whether a file is there with these bytes; what is no plain file counts as absent. */
  has(name: string, sha256: string): Promise<boolean>;
  /** Writes a file beside its place and moves it there when it is whole; a file or link of that name is replaced. */
  write(name: string, chunks: Chunks): Promise<void>;
  /** Removes its files of such names, which an earlier command may have left. */
  removeLike(name: RegExp): Promise<void>;
}

/**
 * Opens a folder of a parent that the person chose, and makes it where it is not there.
 *
 * @throws PollenBatchError `usage` when something else is in its place, such as a link that leads elsewhere
 */
export async function openResultFolder(parent: string, name: string): Promise<ResultFolder> {
  return openFolder(join(parent, safeName(name)));
}

/**
 * Opens the folder of a file that the person named, and makes it where it is not there.
 *
 * @throws PollenBatchError `usage` when something else is in its place, or the file cannot have that name
 */
export async function openFolderOf(file: string): Promise<ResultFolder> {
  const name = basename(file);
  if (!isSafeName(name)) {
    throw new PollenBatchError('usage', `${JSON.stringify(name)} is no name for a file of results`, {
      remedy: 'Give --out letters, digits, dots, underscores and hyphens.',
    });
  }
  const path = dirname(file);
  // The person's own links are followed.
  return openFolder(await realpath(path).catch(() => path));
}

async function openFolder(path: string): Promise<ResultFolder> {
  await mkdir(path, { recursive: true }).catch(() => {});
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new PollenBatchError('usage', `${path} is no folder that results can be written to`, {
      remedy: 'Remove what is there, or give another folder with --out.',
    });
  }
  return {
    path,
    folder: (below) => openResultFolder(path, below),
    async has(file, sha256) {
      const place = join(path, safeName(file));
      const known = await lstat(place).catch(() => undefined);
      return known?.isFile() === true && (await sha256Of(place)) === sha256;
    },
    async write(file, chunks) {
      const place = join(path, safeName(file));
      await writeWhole(place, chunks).catch((error: unknown) => {
        if (!(error instanceof Error && 'syscall' in error)) throw error;
        throw new PollenBatchError('usage', `${place} cannot be written: ${error.message}`, {
          remedy: 'Make room, or give another folder with --out; the same command goes on where it was.',
          cause: error,
        });
      });
    },
    async removeLike(pattern) {
      const names = (await readdir(path)).filter((found) => pattern.test(found));
      for (const found of names) await rm(join(path, found), { force: true, recursive: true });
    },
  };
}

async function writeWhole(place: string, chunks: Chunks): Promise<void> {
  const half = `${place}.part`;
  // Left over by somebody who was interrupted, or put there as a link: to remove a link follows none.
  await rm(half, { force: true, recursive: true });
  const handle = await open(half, 'wx');
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
  } finally {
    await handle.close();
  }
  await rename(half, place);
}

// The last guard: names are checked where they are read from the bucket.
function safeName(name: string): string {
  if (!isSafeName(name)) throw new RangeError(`"${name}" cannot name a file`);
  return name;
}

function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && name.length <= 200;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
