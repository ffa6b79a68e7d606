import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockFolder, type FolderLock } from '../../src/local/lock.ts';
import { temporaryFolder } from '../support/local-servers.ts';

describe('lockFolder', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const leave = (content: unknown): Promise<void> =>
    writeFile(join(folder.path, 'stack-1-left.lock'), JSON.stringify(content));

  it('refuses a second holder, naming the process that lives', async () => {
    const first = await lockFolder(folder.path);
    await expect(lockFolder(folder.path)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(`process ${process.pid}`),
      remedy: expect.stringContaining('another data folder'),
    });
    await first.release();
  });

  it('is free again after its release', async () => {
    await (await lockFolder(folder.path)).release();
    await (await lockFolder(folder.path)).release();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('has exactly one holder when ten ask at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => lockFolder(folder.path)));
    const held = results.filter(
      (result): result is PromiseFulfilledResult<FolderLock> => result.status === 'fulfilled',
    );
    expect(held).toHaveLength(1);
    await held[0]?.value.release();
  });

  it('does not count a holder that is dead, and clears its file away', async () => {
    await leave({ held: true, owner: { name: 'pollen-batch', pid: await deadPid() }, programs: [] });
    const lock = await lockFolder(folder.path);
    expect(await readdir(folder.path)).toHaveLength(1);
    await lock.release();
  });

  it.runIf(process.platform === 'linux')(
    'does not take another process of the same number for the holder',
    async () => {
      await leave({
        held: true,
        owner: { name: 'pollen-batch', pid: process.pid, started: '1' },
        programs: [],
      });
      await (await lockFolder(folder.path)).release();
    },
  );

  it('waits for the programs of a killed stack to end', async () => {
    const program = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)']);
    await once(program, 'spawn');
    const programs = [{ name: 'Temporal', pid: program.pid }];
    await leave({ held: true, owner: { name: 'pollen-batch', pid: await deadPid() }, programs });

    const order: string[] = [];
    program.once('exit', () => order.push('program ended'));
    let waiting: Promise<FolderLock> | undefined;
    const sentence = await new Promise<string>((resolve) => {
      waiting = lockFolder(folder.path, resolve).finally(() => order.push('folder held'));
    });
    expect(sentence).toContain('earlier stack');
    program.kill('SIGKILL');
    await (await waiting)?.release();
    expect(order).toEqual(['program ended', 'folder held']);
  });

  it('waits for a stack that is ending', async () => {
    const ending = await lockFolder(folder.path);
    await ending.end();
    let waiting: Promise<FolderLock> | undefined;
    const sentence = await new Promise<string>((resolve) => {
      waiting = lockFolder(folder.path, resolve);
    });
    expect(sentence).toContain('earlier stack');
    await ending.release();
    await ending.end();
    await (await waiting)?.release();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('is had by one of those that wait for it, and the other is told of that one', async () => {
    const ending = await lockFolder(folder.path);
    await ending.end();
    let told = 0;
    const others = Promise.allSettled([1, 2].map(() => lockFolder(folder.path, () => (told += 1))));
    await vi.waitFor(() => expect(told).toBe(2), { timeout: 10_000 });
    await ending.release();
    const [first, second] = (await others).sort((left, right) => left.status.localeCompare(right.status));
    expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected']);
    expect(second).toMatchObject({
      reason: {
        code: 'config-invalid',
        message: expect.stringContaining('Another stack already uses') as string,
      },
    });
    if (first?.status === 'fulfilled') await first.value.release();
  });

  it('counts as held while a program added to it lives', async () => {
    const lock = await lockFolder(folder.path);
    await lock.add('Temporal', process.pid);
    expect(await readdir(folder.path)).toHaveLength(1);
    await expect(lockFolder(folder.path)).rejects.toMatchObject({ code: 'config-invalid' });
    await lock.release();
  });
});

async function deadPid(): Promise<number> {
  const ended = spawn(process.execPath, ['--eval', '']);
  await once(ended, 'exit');
  return ended.pid ?? 0;
}
