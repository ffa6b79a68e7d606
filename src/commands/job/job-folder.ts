import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { localPathProblem } from '../../manifest/local-path.ts';
import { nearName } from '../../manifest/near-name.ts';
import { quoted } from '../../manifest/printable.ts';
import type { JobFiles } from '../../plan/job-files.ts';
import { globPattern, globRoot } from '../../plan/sources/glob.ts';
import { fileReason } from './file-reason.ts';

/** Bytes read at once: enough that a file of 100 MB takes few steps. */
const CHUNK = 256 * 1024;

/**
 * The files of a job that is read on this machine: regular ones below a folder, also where links lead. What lies anywhere
 * else, and devices and pipes, are refused.
 */
export function jobFolder(folder: string): JobFiles {
  return { open: (path) => readFile(folder, path), match: (glob) => matching(folder, glob) };
}

async function* readFile(folder: string, path: string): AsyncGenerator<Uint8Array> {
  const real = await locate(folder, path);
  // Without waiting, since a pipe that nobody writes to would never open.
  const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw refusal(path, fileReason(error), error);
  });
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw refusal(path, 'it is a folder');
    if (!facts.isFile()) throw refusal(path, 'it is no regular file');
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Where a file really is, which has to be below the folder.
 *
 * @param glob - what the author wrote, where the path is the folder of it
 */
async function locate(folder: string, path: string, glob?: string): Promise<string> {
  const problem = localPathProblem(path);
  if (problem !== undefined) throw refusal(path, problem);
  const root = await realpath(resolve(folder));
  let real: string;
  try {
    real = await realpath(join(root, path));
  } catch (error) {
    const isFolder = glob !== undefined && isMissing(error);
    const reason = isFolder ? `there is no folder ${quoted(path)}` : fileReason(error);
    throw refusal(glob ?? path, `${reason}${await hintFor(join(root, path))}`, error);
  }
  if (!isWithin(root, real)) throw refusal(glob ?? path, "a link leads out of the job's folder");
  return real;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

async function hintFor(path: string): Promise<string> {
  try {
    const near = nearName(basename(path), await readdir(dirname(path)));
    return near === undefined ? '' : `; did you mean ${quoted(near)}?`;
  } catch {
    return '';
  }
}

async function matching(folder: string, glob: string): Promise<readonly string[]> {
  const problem = localPathProblem(glob);
  if (problem !== undefined) throw refusal(glob, problem);
  const { folder: below, isDeep } = globRoot(glob);
  const start = below === '' ? resolve(folder) : await locate(folder, below, glob);
  const pattern = globPattern(glob);
  // Links are not followed on the way; one that is itself a match is looked at when it is opened.
  const entries = await readdir(start, { withFileTypes: true, recursive: isDeep }).catch((error: unknown) => {
    throw refusal(glob, fileReason(error), error);
  });
  const found = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => [below, relative(start, join(entry.parentPath, entry.name)).split(sep).join('/')])
    .map((parts) => parts.filter((part) => part !== '').join('/'))
    .filter((path) => pattern.test(path));
  if (found.length === 0) throw refusal(glob, 'it matches no file');
  // By code units, so that every machine has the same order.
  return found.sort((left, right) => (left < right ? -1 : 1));
}

function refusal(path: string, reason: string, cause?: unknown): PollenBatchError {
  return new PollenBatchError('job-invalid', `${quoted(path)} cannot be read: ${reason}`, {
    remedy: 'A job reads files from its own folder and below, or objects by `s3://bucket/key`.',
    ...(cause === undefined ? {} : { cause }),
  });
}
