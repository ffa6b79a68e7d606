import { lstat, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { writeRunGallery } from '../../../src/commands/results/results.ts';
import { copyResults } from '../../../src/commands/results/copy-results.ts';
import { openExport } from '../../../src/commands/results/export-lines.ts';
import { sha256 } from '../../../src/plan/digest.ts';
import type { StepResult, SucceededRecord } from '../../../src/records/record.ts';
import type { Marker } from '../../../src/records/run-store.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { runKeys } from '../../../src/storage/keys.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { StoreError } from '../../../src/storage/store-error.ts';
import { temporaryFolder } from '../../support/local-servers.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';
import { failed, now, run, samplePageCode, succeeded } from '../../support/samples.ts';

const keys = runKeys(run);
const options = { contentType: 'application/octet-stream' };

const text = (number: number): SucceededRecord =>
  succeeded({ number, id: `haiku-${number}`, text: `Bee ${number}`, sha256: sha256(`Bee ${number}`) });

function picture(number: number, key = keys.artifact(0, number, `lamp-${number}`, 'png')): SucceededRecord {
  const body = `png ${number}`;
  const { text: _text, ...record } = succeeded({ number, id: `lamp-${number}`, kind: 'image' });
  const artifact = { key, bytes: body.length, sha256: sha256(body), contentType: 'image/png' };
  return { ...record, sha256: artifact.sha256, artifact };
}

/** A store with an ended run of these items, a part for each, and its marker. */
async function endedRun(lines: readonly object[]): Promise<{ store: MemoryStore; marker: Marker }> {
  const store = createMemoryStore();
  const parts = [];
  for (const [page, line] of lines.entries()) {
    const body = `${JSON.stringify(line)}\n`;
    await store.put(keys.part(page), body, options);
    parts.push({ key: keys.part(page), sha256: sha256(body), items: 1 });
    const { artifact, number } = line as SucceededRecord;
    if (artifact !== undefined) await store.put(artifact.key, `png ${number}`, options);
  }
  const files = [];
  for (const key of [keys.report, keys.bill, keys.errors]) {
    await store.put(key, `of ${key}`, options);
    files.push({ key, sha256: sha256(`of ${key}`) });
  }
  const { runId } = run;
  const marker: Marker = {
    version: 1,
    runId,
    state: 'completed',
    endedAt: now.toISOString(),
    tally: emptyTally,
    marker: keys.success,
    parts,
    files,
  };
  return { store, marker };
}

const gets = (store: MemoryStore): readonly string[] =>
  store.calls().filter((call) => call.startsWith('get ') && call.includes('/items/'));

/** Copies all of it to the folder that the person chose. */
const copied = async (store: ObjectStore, marker: Marker) =>
  copyResults(store, await openExport(store, run, marker), out, () => Promise.resolve(samplePageCode));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let out: string;
let target: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  out = join(folder.path, 'out');
  target = join(out, run.runId);
});
afterEach(() => folder.remove());

/** Everything below the folder that the person chose, and beside it. */
const allFiles = async (): Promise<readonly string[]> =>
  (await readdir(folder.path, { recursive: true })).sort();

describe('results that are copied', () => {
  it('are the lines, texts, images, report, bill and errors of the run, and nothing else', async () => {
    const { store, marker } = await endedRun([text(1), picture(2), failed({ number: 3 })]);
    expect(await copied(store, marker)).toEqual({ folder: target, copied: 2, kept: 0 });
    const below = [
      'bill.jsonl',
      'errors.jsonl',
      'index.html',
      'items',
      'items/0001-haiku-1.txt',
      'items/0002-lamp-2.png',
    ];
    expect(await allFiles()).toEqual([
      'out',
      `out/${run.runId}`,
      ...[...below, 'report.json', 'results.jsonl'].map((name) => `out/${run.runId}/${name}`),
    ]);
    expect(await readFile(join(target, 'items/0002-lamp-2.png'), 'utf8')).toBe('png 2');
    const lines = (await readFile(join(target, 'results.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as SucceededRecord).number)).toEqual([1, 2, 3]);
  });

  it('are shown by a page whose links lead to the copies', async () => {
    const { store, marker } = await endedRun([text(1), picture(2), failed({ number: 3, id: 'none-3' })]);
    await copied(store, marker);
    const html = await readFile(join(target, 'index.html'), 'utf8');
    const [, json = ''] = /class="items">(.*)<\/script>/.exec(html) ?? [];
    const items = JSON.parse(json) as readonly { readonly id: string; readonly link?: string }[];
    expect(items.map(({ id, link }) => [id, link])).toEqual([
      ['haiku-1', undefined],
      ['lamp-2', 'items/0002-lamp-2.png'],
      ['none-3', undefined],
    ]);
  });

  it('are whole where the page that shows them cannot be made', async () => {
    const { store, marker } = await endedRun([text(1)]);
    const code = (): Promise<never> => Promise.reject(new Error('no room for it'));
    const made = await copyResults(store, await openExport(store, run, marker), out, code);
    expect(made).toEqual({ folder: target, copied: 1, kept: 0, galleryFault: 'Error: no room for it' });
    expect(await allFiles()).toContain(`out/${run.runId}/results.jsonl`);
  });

  it('are linked to by signed addresses where they are the run’s own, and nothing else is', async () => {
    const sign = (key: string): Promise<string> => Promise.resolve(`https://bucket.example/${key}?signed`);
    const links = { kind: 'presigned', sign, expiresAt: now.toISOString() } as const;
    const gallery = { code: samplePageCode, links, withArtifacts: false };
    const own = await endedRun([picture(1)]);
    await writeRunGallery(own.store, await openExport(own.store, run, own.marker), gallery, out);
    expect(await readFile(join(target, 'index.html'), 'utf8')).toContain('lamp-1.png?signed');
    for (const key of ['payroll/2026.csv', `${keys.root}job.json`, `${keys.root}items/../job.json`]) {
      const { store, marker } = await endedRun([picture(1, key)]);
      const exported = await openExport(store, run, marker);
      await expect(writeRunGallery(store, exported, gallery, out)).rejects.toThrow("none of the run's");
    }
  });

  it('have the report for people where the run has one', async () => {
    const { store, marker } = await endedRun([text(1)]);
    await store.put(keys.reportText, '# Run', options);
    const files = [...(marker.files ?? []), { key: keys.reportText, sha256: sha256('# Run') }];
    await copied(store, { ...marker, files });
    expect(await readFile(join(target, 'report.md'), 'utf8')).toBe('# Run');
  });

  it('hold what each step of an item answered, and the answer of the item', async () => {
    const step = (name: string, more: object): StepResult => ({
      step: name,
      kind: 'text',
      model: 'openai',
      status: 'succeeded',
      cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
      attempts: 1,
      throttled: 0,
      ...more,
    });
    const shot = picture(1, keys.artifact(0, 1, 'lamp-1', 'png', { step: 'shot' }));
    const { artifact, sha256: digest } = shot;
    const steps = [
      step('list', { status: 'failed' }),
      step('list', { repair: 1, text: '{"a":1}', json: true, sha256: sha256('{"a":1}') }),
      step('each', { index: 0, text: 'One', sha256: sha256('One') }),
      step('shot', { kind: 'image', artifact, sha256: digest }),
    ];
    const { store, marker } = await endedRun([
      { ...shot, steps },
      { ...failed({ number: 2 }), steps: steps.slice(2, 3) },
    ]);
    expect(await copied(store, marker)).toMatchObject({ copied: 5 });
    expect(await readdir(join(target, 'items'))).toEqual([
      '0001-lamp-1.each.0.txt',
      '0001-lamp-1.list.json',
      '0001-lamp-1.png',
      '0001-lamp-1.shot.png',
      '0002-haiku.each.0.txt',
    ]);
  });

  it('are read once: what is there with the right bytes is kept', async () => {
    const { store, marker } = await endedRun([text(1), picture(2), picture(3)]);
    await copied(store, marker);
    expect(gets(store)).toHaveLength(2);
    expect(await copied(store, marker)).toMatchObject({ copied: 0, kept: 3 });
    expect(gets(store)).toHaveLength(2);
  });

  it('go on where they were interrupted, and replace what is half there or changed', async () => {
    const { store, marker } = await endedRun([picture(1), picture(2), picture(3)]);
    const items = join(target, 'items');
    await mkdir(items, { recursive: true });
    await writeFile(join(items, '0001-lamp-1.png'), 'png 1');
    await writeFile(join(items, '0002-lamp-2.png.part'), 'pn');
    await writeFile(join(items, '0003-lamp-3.png'), 'changed');
    expect(await copied(store, marker)).toMatchObject({ copied: 2, kept: 1 });
    expect(gets(store)).toHaveLength(2);
    expect(await readdir(items)).toEqual(['0001-lamp-1.png', '0002-lamp-2.png', '0003-lamp-3.png']);
    expect(await readFile(join(items, '0003-lamp-3.png'), 'utf8')).toBe('png 3');
  });

  it('have no results.jsonl before all items are there', async () => {
    const { store, marker } = await endedRun([picture(1), picture(2)]);
    const breaking = {
      ...store,
      get: (key: string) =>
        key.includes('lamp-2') ? Promise.reject(new StoreError('store-unavailable', 'gone')) : store.get(key),
    };
    await expect(copied(breaking, marker)).rejects.toMatchObject({
      code: 'store-unreachable',
      remedy: expect.stringContaining('goes on where it was'),
    });
    expect(await readdir(target)).toEqual(['items']);
    expect(await copied(store, marker)).toMatchObject({ copied: 1, kept: 1 });
    expect(await readdir(target)).toContain('results.jsonl');
  });
});

describe('a bucket that somebody changed', () => {
  it.each([
    ['an artifact', () => keys.artifact(0, 1, 'lamp-1', 'png')],
    ['a part of the results', () => keys.part(0)],
    ['the report', () => keys.report],
    ['the bill', () => keys.bill],
    ['the list of errors', () => keys.errors],
  ])('is found out by %s that was changed, and by one that is missing', async (_what, key) => {
    const { store, marker } = await endedRun([picture(1)]);
    await store.put(key(), 'something else', options);
    const changed = copied(store, marker);
    await expect(changed).rejects.toMatchObject({ code: 'store-unusable' });
    await expect(changed).rejects.toThrow(`${key()} in bucket memory is damaged`);
    const empty = { ...store, get: async (name: string) => (name === key() ? undefined : store.get(name)) };
    await expect(copied(empty, marker)).rejects.toThrow(`${key()} in bucket memory is missing`);
  });

  it.each([
    ['an id that leads out of the folder', { ...text(1), id: '../../evil' }],
    ['an id with a slash', { ...text(1), id: 'a/b' }],
    ['an id with a backslash', { ...text(1), id: 'a\\b' }],
    ['an id with a NUL', { ...text(1), id: 'a\0b' }],
    ['a number that is none', { ...text(1), number: '../../../evil' }],
    ['a key that ends with ..', picture(1, `${keys.root}items/00000/..`)],
    ['a key that ends with a slash', picture(1, `${keys.root}items/00000/`)],
    ['a key that ends in what is no kind of file', picture(1, `${keys.root}items/00000/lamp.a b`)],
    ['a key of another run', picture(1, 'runs/other/other-1/items/00000/0001-lamp.png')],
    ['an id without end', { ...text(1), id: 'x'.repeat(300) }],
    ['an ending without end', picture(1, `${keys.root}items/00000/lamp.${'x'.repeat(300)}`)],
  ])('gets nothing written outside the folder by %s', async (_what, line) => {
    const { store, marker } = await endedRun([line]);
    await expect(copied(store, marker)).rejects.toMatchObject({ code: 'store-unusable' });
    const written = (await allFiles()).filter(
      (name) => !/^out(\/[^/]+(\/items|\/results\.jsonl\.part)?)?$/.test(name),
    );
    expect(written).toEqual([]);
  });

  it('gets no object of another run read by its marker', async () => {
    const { store, marker } = await endedRun([text(1)]);
    for (const key of ['secrets/plan.jsonl', 'secrets/part-00000.jsonl']) {
      const parts = [{ key, sha256: sha256('x'), items: 1 }];
      const text = key.includes('part') ? "none of the run's" : 'a part that is none';
      await expect(copied(store, { ...marker, parts })).rejects.toThrow(text);
      expect(store.calls()).not.toContain(`get ${key}`);
    }
  });
});

describe('a target folder with links in it', () => {
  let elsewhere: string;
  beforeEach(async () => {
    elsewhere = join(folder.path, 'elsewhere');
    await mkdir(elsewhere);
    await mkdir(join(target, 'items'), { recursive: true });
  });

  it.each(['items', ''])('is refused when its folder %j leads elsewhere', async (name) => {
    const { store, marker } = await endedRun([text(1)]);
    const link = join(target, name);
    await rm(link, { recursive: true });
    await symlink(elsewhere, link);
    await expect(copied(store, marker)).rejects.toMatchObject({
      code: 'usage',
      remedy: expect.stringContaining('--out'),
    });
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('has files put in place of links, and nothing written through them', async () => {
    const { store, marker } = await endedRun([text(1), text(2)]);
    const prey = join(elsewhere, 'prey');
    await writeFile(prey, 'Bee 1');
    const file = join(target, 'items/0001-haiku-1.txt');
    await symlink(prey, file);
    await symlink(prey, join(target, 'items/0002-haiku-2.txt.part'));
    await symlink(prey, join(target, 'results.jsonl'));
    await symlink(prey, join(target, 'report.json'));
    expect(await copied(store, marker)).toMatchObject({ copied: 2 });
    expect(await readFile(prey, 'utf8')).toBe('Bee 1');
    for (const place of [file, join(target, 'results.jsonl'), join(target, 'report.json')]) {
      expect((await lstat(place)).isFile()).toBe(true);
    }
  });

  it('says so when a folder is where a file should be', async () => {
    const { store, marker } = await endedRun([text(1)]);
    await mkdir(join(target, 'report.json'));
    await expect(copied(store, marker)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('report.json cannot be written'),
    });
  });
});
