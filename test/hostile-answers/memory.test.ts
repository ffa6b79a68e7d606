import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type HostileApi, startHostileApi } from './attempts.ts';

const child = fileURLToPath(new URL('memory-child.ts', import.meta.url));

let api: HostileApi;

beforeAll(async () => {
  api = await startHostileApi();
});

afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

async function measure(name: string, endpoint: string): Promise<{ addedMiB: number; codes: string[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    child,
    api.server.url,
    name,
    endpoint,
  ]);
  return JSON.parse(stdout) as { addedMiB: number; codes: string[] };
}

describe('twenty at once', { timeout: 240_000 }, () => {
  it.each([
    ['gzip-bomb', 'text'],
    ['gzip-bomb', 'image'],
    ['gzip-bomb-after-a-picture', 'image'],
    ['gzip-bomb-of-bombs', 'image'],
    ['brotli-bomb', 'text'],
  ])('of 300 MB in a third of one (%s as %s) take less than 200 MiB', async (name, endpoint) => {
    const { addedMiB, codes } = await measure(name, endpoint);
    expect(codes).toEqual(['answer-too-large']);
    expect(addedMiB).toBeLessThan(200);
  });

  it.each([
    // Each may come to 8 MiB.
    ['text', 400],
    // Each may come to 64 MiB, of which there is room for four.
    ['image', 800],
  ])('that never end (as %s) take no more than there is room for', async (endpoint, most) => {
    const { addedMiB, codes } = await measure('endless-beginning-right', endpoint);
    expect(codes).toEqual(['answer-too-large']);
    expect(addedMiB).toBeLessThan(most);
  });
});
