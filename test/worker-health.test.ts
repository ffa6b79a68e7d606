import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { keepHealthFile } from '../src/worker-health.ts';

describe('the health file', () => {
  let folder: string;
  let file: string;
  let end: AbortController;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollen-batch-health-'));
    file = join(folder, 'polls');
    end = new AbortController();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const touched = async (): Promise<number> => (await stat(file)).mtimeMs;
  const keep = (arePolling: () => Promise<boolean>, warn = vi.fn()) => {
    const kept = keepHealthFile({ file, arePolling, signal: end.signal, logger: { warn }, intervalMs: 5 });
    return { warn, stop: () => (end.abort(), kept) };
  };

  it('is touched again and again while the workers poll, and no more after the end', async () => {
    const { stop } = keep(async () => true);
    await vi.waitFor(touched);
    const before = await touched();
    await vi.waitFor(async () => expect(await touched()).toBeGreaterThan(before));
    await stop();
  });

  it('is not there while they do not, or while Temporal does not say', async () => {
    let asked = 0;
    const { stop } = keep(async () => {
      asked += 1;
      if (asked % 2 === 0) throw new Error('no answer');
      return false;
    });
    await vi.waitUntil(() => asked > 4);
    await stop();
    await expect(touched()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is complained of when it cannot be written, and the worker goes on', async () => {
    await rm(folder, { recursive: true });
    const { warn, stop } = keep(async () => true);
    await vi.waitUntil(() => warn.mock.calls.length > 1);
    await stop();
    expect(warn.mock.calls[0]?.[0]).toMatchObject({ file });
  });
});
