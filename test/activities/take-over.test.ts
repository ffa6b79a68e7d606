import { beforeEach, describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { takeOver } from '../../src/activities/take-over.ts';
import { sha256 } from '../../src/plan/digest.ts';
import type { PlannedCall } from '../../src/plan/plan.ts';
import { workDigest } from '../../src/plan/work-digest.ts';
import { createRecords } from '../../src/records/record-store.ts';
import type { ItemRecord, SucceededRecord } from '../../src/records/record.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { failed, now, run, sampleCall, succeeded } from '../support/samples.ts';

const earlier = { ...run, runId: 'bees-9999999999' };
const sourceKey = runKeys(earlier).record(3, 7, 'old');
const prefix = sourceKey.slice(0, -'record.json'.length);
const picture = {
  key: `${prefix}jpg`,
  bytes: 3,
  sha256: sha256('jpg'),
  contentType: 'image/jpeg',
};

let store: MemoryStore;

beforeEach(() => {
  store = createMemoryStore();
});

async function put(key: string, body: string): Promise<void> {
  await store.put(key, body, { contentType: 'application/json' });
}

async function source(changes: Partial<SucceededRecord> & Record<string, unknown> = {}): Promise<void> {
  const { text: _text, ...record } = succeeded({ runId: earlier.runId, number: 7, id: 'old' });
  await put(sourceKey, JSON.stringify({ ...record, artifact: picture, ...changes }));
}

function take(
  keys: readonly string[] = store.keys(),
  changes: Partial<PlannedCall> = {},
): Promise<readonly ItemRecord[]> {
  const item = sampleCall({ reuse: { runId: earlier.runId, key: sourceKey }, ...changes });
  const dependencies = { store, records: createRecords(store), now: () => now };
  return takeOver(dependencies as unknown as ActivityDependencies, run, 0, [item], new Set(keys));
}

describe('taking over', () => {
  it('gives the item a record of its own, without attempts and costs, that names who paid', async () => {
    await source();
    await put(picture.key, 'jpg');
    const [record] = await take();
    expect(record).toMatchObject({
      runId: run.runId,
      number: 1,
      id: 'haiku',
      attempts: [],
      cost: { settled: '0', unknown: { count: 0 } },
      reused: { runId: earlier.runId },
      artifact: { key: runKeys(run).artifact(0, 1, 'haiku', 'jpg') },
    });
    expect(store.text(runKeys(run).artifact(0, 1, 'haiku', 'jpg'))).toBe('jpg');
    expect(store.keys().at(-1)).toBe(runKeys(run).record(0, 1, 'haiku'));
  });

  it('takes the small picture along', async () => {
    await source({ thumbnail: 'UklGRg==' });
    await put(picture.key, 'jpg');
    const [record] = await take();
    expect(record).not.toHaveProperty('thumbnail');
    expect(JSON.parse(store.text(runKeys(run).record(0, 1, 'haiku')) ?? '')).toMatchObject({
      thumbnail: 'UklGRg==',
    });
  });

  it('names the run that made the call, however often its work was taken over', async () => {
    await source({ reused: { runId: 'bees-0000000000' } });
    await put(picture.key, 'jpg');
    expect(await take()).toMatchObject([{ reused: { runId: 'bees-0000000000' } }]);
  });

  it('copies the artifacts of all steps', async () => {
    const step = { ...picture, key: `${prefix}shot.0.png`, sha256: sha256('png') };
    const cost = { settled: '1', unknown: { count: 0, atMost: '0' } };
    const call = { model: 'openai', status: 'succeeded', throttled: 0, cost } as const;
    await source({
      steps: [
        { ...call, kind: 'image', step: 'shot', artifact: step, attempts: 2 },
        { ...call, kind: 'text', step: 'words', attempts: 1 },
      ],
    });
    await put(picture.key, 'jpg');
    await put(step.key, 'png');
    const [record] = await take();
    const key = runKeys(run).record(0, 1, 'haiku').replace('record.json', 'shot.0.png');
    expect(record).toMatchObject({
      steps: [
        { artifact: { key }, cost: { settled: '0' }, attempts: 0 },
        { step: 'words', cost: { settled: '0' } },
      ],
    });
    expect(store.text(key)).toBe('png');
  });

  it.each([
    ['the record is gone', async () => {}],
    ['the artifact is gone', () => source()],
    [
      'it asked something else',
      async () => {
        await source({ digest: 'e'.repeat(64) });
        await put(picture.key, 'jpg');
      },
    ],
    ['it failed', () => put(sourceKey, JSON.stringify(failed()))],
    [
      'the record names what is not its own',
      async () => {
        await source({ artifact: { ...picture, key: 'runs/secret/other.jpg' } });
        await put('runs/secret/other.jpg', 'jpg');
      },
    ],
    [
      'the artifact is another one',
      async () => {
        await source();
        await put(picture.key, 'gif');
      },
    ],
    [
      'a call has left something for it',
      async () => {
        await source();
        await put(picture.key, 'jpg');
        await put(runKeys(run).attempts(0, 1, 'haiku'), '{}');
      },
    ],
    [
      'a call has stored its artifact already',
      async () => {
        await source();
        await put(picture.key, 'jpg');
        await put(runKeys(run).artifact(0, 1, 'haiku', 'jpg'), 'own');
      },
    ],
    [
      'the record is damaged',
      async () => {
        await source();
        store.failNext('get', new StoreError('store-corrupt', 'damaged'));
      },
    ],
  ])('leaves the item to be called when %s', async (_why, prepare) => {
    await prepare();
    expect(await take()).toEqual([]);
    expect(store.text(runKeys(run).record(0, 1, 'haiku'))).toBeUndefined();
  });

  it('takes over only what was checked as the item is now', async () => {
    const wide = { expect: { width: 4096 } };
    await source();
    await put(picture.key, 'jpg');
    expect(await take(undefined, wide)).toEqual([]);
    await source({ work: workDigest(sampleCall(wide)) });
    expect(await take()).toEqual([]);
    expect(await take(undefined, { expect: { width: 64 } })).toEqual([]);
    expect(await take(undefined, wide)).toMatchObject([{ work: workDigest(sampleCall(wide)) }]);
  });

  it('copies nothing of an item of which one artifact is gone', async () => {
    const cost = { settled: '1', unknown: { count: 0, atMost: '0' } };
    const call = { model: 'openai', kind: 'image', status: 'succeeded', throttled: 0, cost } as const;
    await source({
      steps: [{ ...call, step: 'shot', artifact: { ...picture, key: `${prefix}shot.png` }, attempts: 1 }],
    });
    await put(picture.key, 'jpg');
    expect(await take()).toEqual([]);
    expect(store.calls().filter((call) => call.startsWith('copy'))).toEqual([]);
  });

  it('leaves the facts of the call that was paid behind, and can be done again after it died midway', async () => {
    await source();
    const facts = { facts: '{}' };
    await store.put(picture.key, 'jpg', { contentType: 'image/jpeg', metadata: facts });
    const target = runKeys(run).artifact(0, 1, 'haiku', 'jpg');
    store.failNext('putOnce', new StoreError('store-unavailable', 'away'));
    await expect(take()).rejects.toThrow('away');
    expect((await store.head(target))?.metadata).toEqual({ reused: earlier.runId, sha256: picture.sha256 });
    expect(await take()).toMatchObject([{ artifact: { key: target } }]);
  });

  it('waits for a store that is away, as all that steers a run', async () => {
    await source();
    store.failNext('get', new StoreError('store-unavailable', 'away'));
    await expect(take()).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('keeps the record that was there first', async () => {
    await source();
    await put(picture.key, 'jpg');
    const own = runKeys(run).record(0, 1, 'haiku');
    const listed = store.keys();
    await put(own, JSON.stringify(succeeded({ text: 'called' })));
    expect(await take(listed)).toMatchObject([{ text: 'called' }]);
  });
});
