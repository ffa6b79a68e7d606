import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { openExport } from '../../../src/commands/results/export-lines.ts';
import { openFolderOf } from '../../../src/commands/results/result-folder.ts';
import { parseSelection } from '../../../src/commands/results/selection.ts';
import { writeDataset } from '../../../src/commands/results/write-dataset.ts';
import { temporaryFolder } from '../../support/local-servers.ts';
import { makeResults } from '../../support/made-results.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { run } from '../../support/samples.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

async function write(items: number, words: readonly string[] = [], change = async (_store: Store) => {}) {
  const store = createMemoryStore();
  const { marker } = await makeResults(store, run, items);
  await change(store);
  const exported = await openExport(store, run, marker, parseSelection(words));
  return writeDataset(store, exported, await openFolderOf(join(folder.path, 'README.md')));
}
type Store = ReturnType<typeof createMemoryStore>;

const here = async (name = '.') => (await readdir(join(folder.path, name))).sort();

it('has a row for each item that is wanted, and each picture as a file too', async () => {
  expect(await write(100)).toEqual({ rows: 100, images: 4, files: 1 });
  expect(await here()).toEqual(['README.md', 'data', 'images']);
  expect(await here('images')).toEqual(
    [25, 50, 75, 100].map((number) => `${String(number).padStart(4, '0')}-image-${number}.png`),
  );
  expect(await readFile(join(folder.path, 'README.md'), 'utf8')).toContain('num_examples: 100');
});

it('has no column of pictures where there is none, and is whole without a row', async () => {
  expect(await write(20)).toEqual({ rows: 20, images: 0, files: 1 });
  expect(await here()).toEqual(['README.md', 'data']);
  expect(await readFile(join(folder.path, 'README.md'), 'utf8')).not.toContain('dtype: "image"');
  expect(await write(20, ['expired'])).toEqual({ rows: 0, images: 0, files: 1 });
});

it('has no file of an earlier dataset in the same folder, which would be loaded with it', async () => {
  await write(10);
  await writeFile(join(folder.path, 'data/train-00000-of-00002.parquet'), 'of an earlier one');
  await writeFile(join(folder.path, 'data/mine.txt'), 'of the person');
  await write(10);
  expect(await here('data')).toEqual(['mine.txt', 'train-00000-of-00001.parquet']);
});

it('takes no picture that is not what its result says', async () => {
  const change = async (store: Store): Promise<void> => {
    const key = store.keys().find((name) => name.endsWith('.png')) ?? '';
    await store.put(key, 'another', { contentType: 'image/png' });
  };
  await expect(write(30, [], change)).rejects.toMatchObject({
    code: 'store-unusable',
    message: expect.stringContaining('0000025-image-25.png in bucket memory is damaged'),
  });
  expect(await here()).not.toContain('README.md');
});
