import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PollenBatchError } from '../errors.ts';
import { holder, isAlive, type Holder } from './holder.ts';

/** A held data folder. */
export interface FolderLock {
  /** Adds processes that use the folder: it counts as held while one of them lives, even when this process is gone. */
  add(name: string, pid: number): Promise<void>;
  /** Says that what uses the folder is ending, so that others wait for it. */
  end(): Promise<void>;
  release(): Promise<void>;
}

interface LockFile {
  /** False while its owner is still looking for others. */
  readonly held: boolean;
  readonly isEnding?: boolean;
  readonly owner: Holder;
  readonly programs: readonly Holder[];
}

const suffix = '.lock';
const tieMs = 5_000;
// Longer than the minute in which a worker lets its calls finish.
const endingMs = 90_000;

/**
 * Takes a data folder for this process. Each contender first writes a file of its own and then looks for living others,
 * so two can never both hold it, and nothing has to be taken over from the dead: their files do not count. A stack that is
 * ending, and programs whose stack was killed, get 90 s.
 *
 * @throws PollenBatchError `config-invalid`, naming the process that holds the folder.
 */
export async function lockFolder(
  folder: string,
  onProgress: (sentence: string) => void = () => {},
): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fileName = `stack-${process.pid}-${randomUUID()}${suffix}`;
  const owner = await holder('pollen-batch', process.pid);
  let content: LockFile = { held: false, owner, programs: [] };
  const write = async (next: LockFile): Promise<void> => {
    content = next;
    await writeFile(join(folder, `${fileName}.new`), JSON.stringify(next), { mode: 0o600 });
    await rename(join(folder, `${fileName}.new`), join(folder, fileName));
  };
  const release = (): Promise<void> => rm(join(folder, fileName), { force: true });

  const began = performance.now();
  let lookingSince = began;
  let isAnnounced = false;
  for (;;) {
    await write(content);
    const other = await findOther(folder, fileName);
    if (other === undefined) break;
    await release();
    const now = performance.now();
    if (other.state === 'ending') {
      lookingSince = now;
      if (!isAnnounced) onProgress('Waiting for the programs of an earlier stack to end.');
      isAnnounced = true;
    }
    const isOver = {
      held: true,
      ending: now - began >= endingMs,
      looking: now - lookingSince >= tieMs,
    }[other.state];
    if (isOver) throw refusal(folder, other);
    // At random, so that two that met do not meet again.
    await pause(20 + Math.random() * 80);
  }
  await write({ ...content, held: true });
  let isReleased = false;
  return {
    add: async (name, pid) => write({ ...content, programs: [...content.programs, await holder(name, pid)] }),
    async end() {
      // A full disk is no reason not to end.
      if (!isReleased) await write({ ...content, isEnding: true }).catch(() => {});
    },
    async release() {
      isReleased = true;
      await release();
    },
  };
}

interface Other {
  readonly state: 'held' | 'looking' | 'ending';
  readonly living: readonly Holder[];
}

async function findOther(folder: string, ownFile: string): Promise<Other | undefined> {
  let found: Other | undefined;
  for (const file of await readdir(folder)) {
    if (!file.startsWith('stack-') || !file.endsWith(suffix) || file === ownFile) continue;
    const lock = await readLock(join(folder, file));
    if (lock === undefined) continue;
    const ownerLives = await isAlive(lock.owner);
    const programs: Holder[] = [];
    for (const program of lock.programs) if (await isAlive(program)) programs.push(program);
    if (ownerLives && lock.isEnding === true) {
      if (found?.state !== 'held') found = { state: 'ending', living: [lock.owner, ...programs] };
    } else if (ownerLives) {
      const state = lock.held ? 'held' : 'looking';
      if (found === undefined || state === 'held') found = { state, living: [lock.owner] };
    } else if (programs.length > 0) {
      if (found?.state !== 'held') found = { state: 'ending', living: programs };
    } else {
      await rm(join(folder, file), { force: true });
    }
  }
  return found;
}

function refusal(folder: string, { state, living }: Other): PollenBatchError {
  const names = living.map(({ name, pid }) => `${name}, process ${pid}`).join('; ');
  if (state === 'ending') {
    return new PollenBatchError(
      'config-invalid',
      `Programs of an earlier stack still use ${folder}: ${names}.`,
      {
        remedy: 'Wait until they have ended, or end them; then start again.',
      },
    );
  }
  return new PollenBatchError('config-invalid', `Another stack already uses ${folder}: ${names}.`, {
    remedy: 'Use that one, end it, or choose another data folder.',
  });
}

async function readLock(path: string): Promise<LockFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockFile;
  } catch {
    // Gone since it was listed: files appear whole, by a rename.
    return undefined;
  }
}
