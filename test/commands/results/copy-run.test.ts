import { expect, it } from 'vitest';

import { copyRun } from '../../../src/commands/results/copy-run.ts';
import { runKeys, type RunLocation } from '../../../src/storage/keys.ts';
import { makeResults } from '../../support/made-results.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { run } from '../../support/samples.ts';

const there: RunLocation = { ...run, prefix: 'archive' };
const keys = runKeys(run);

async function made() {
  const store = createMemoryStore();
  const { marker } = await makeResults(store, run, 60);
  return { from: { store, run }, marker, to: createMemoryStore() };
}

it('puts the marker last, whether keys change or not', async () => {
  const { from, marker, to } = await made();
  for (const place of [run, there]) {
    const size = from.store.keys().length;
    expect(await copyRun(from, { store: to, run: place }, marker)).toEqual({ copied: size, kept: 0 });
    expect(to.keys().at(-1)).toBe(runKeys(place).success);
  }
});

it('reads nothing again that is there, where no keys change', async () => {
  const { from, marker, to } = await made();
  const target = { store: to, run };
  await copyRun(from, target, marker);
  const before = from.store.calls().length;
  expect(await copyRun(from, target, marker)).toMatchObject({ copied: 0 });
  const again = from.store.calls().slice(before);
  // What tells runs apart, the marker, and parts by which artifacts are known.
  expect(again.filter((call) => call.startsWith('get ') && call.includes('/items/'))).toEqual([]);
});

it.each([
  ['a text or image', () => keys.artifact(1, 25, 'image-25', 'png')],
  ['a part', () => keys.part(0)],
  ['the bill', () => keys.bill],
])('takes no object that is not what the run says of it: %s', async (_what, key) => {
  const { from, marker, to } = await made();
  expect(from.store.keys()).toContain(key());
  await from.store.put(key(), 'another', { contentType: 'text/plain' });
  await expect(copyRun(from, { store: to, run: there }, marker)).rejects.toMatchObject({
    code: 'store-unusable',
    message: expect.stringContaining('is damaged'),
  });
  expect(to.keys()).not.toContain(runKeys(there).success);
});

it('writes over nothing that is there', async () => {
  const { from, marker, to } = await made();
  const key = runKeys(there).part(0);
  await to.put(key, 'of another run', { contentType: 'text/plain' });
  await expect(copyRun(from, { store: to, run: there }, marker)).rejects.toMatchObject({
    code: 'usage',
    message: `s3://memory/${key} is there already, and is another one`,
  });
  expect(to.text(key)).toBe('of another run');
});
