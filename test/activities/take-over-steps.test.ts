import { beforeEach, describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { takeOverSteps } from '../../src/activities/take-over-steps.ts';
import { sha256 } from '../../src/plan/digest.ts';
import type { BegunChain } from '../../src/plan/plan.ts';
import { createRecords } from '../../src/records/record-store.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import { runKeys, type CallPart } from '../../src/storage/keys.ts';
import { chain, laterImage, laterText, textStep } from '../support/chain-plan.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { failed, now, run, succeeded } from '../support/samples.ts';

const earlier = { ...run, runId: 'bees-9999999999' };
const prefix = runKeys(earlier).itemObjects(3, 7, 'old');
const own = runKeys(run).itemObjects(0, 1, 'story');
const picture = { key: `${prefix}draw.0.jpg`, bytes: 3, sha256: sha256('jpg'), contentType: 'image/jpeg' };

let store: MemoryStore;

async function put(key: string, content: unknown): Promise<void> {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  await store.put(key, body, { contentType: 'application/json' });
}

async function leave(part: CallPart, record: ItemRecord, name: string): Promise<void> {
  await put(`${prefix}${name}.step.json`, { ...record, part });
}

// A list that was mended, one of two pictures, and a text that was never made.
beforeEach(async () => {
  store = createMemoryStore();
  await leave({ step: 'list' }, failed({ runId: earlier.runId }), 'list');
  await leave({ step: 'list', repair: 1 }, succeeded({ runId: earlier.runId }), 'list.r1');
  await put(`${prefix}list.r1.request.json`, { version: 1, request: { path: 'mend' } });
  const { text: _text, ...drawn } = succeeded({ runId: earlier.runId });
  await leave({ step: 'draw', index: 0 }, { ...drawn, artifact: picture }, 'draw.0');
  await put(picture.key, 'jpg');
  await put(`${prefix}draw.0.request.json`, { version: 1, request: { path: 'first' } });
  await leave({ step: 'draw', index: 1 }, failed({ runId: earlier.runId }), 'draw.1');
  await put(`${prefix}draw.1.request.json`, {
    version: 1,
    request: { path: '"key":"' },
    images: { abc: { key: picture.key, contentType: 'image/jpeg', bytes: 3 } },
  });
  await put(`${prefix}draw.1.attempts.json`, {});
});

async function take(
  changes: Partial<BegunChain> = {},
  keys: readonly string[] = [],
): Promise<readonly string[]> {
  const item = {
    ...chain(1, 'story', [
      textStep('list', 'Two words', { repair: 1 }),
      laterImage('draw', 'A {{ each }}', [0], { forEach: { step: 0, path: [], max: 3 } }),
      laterText('sum', 'All', [1]),
    ]),
    begun: { runId: earlier.runId, prefix, ...changes },
  };
  const dependencies = { store, records: createRecords(store), now: () => now };
  await takeOverSteps(dependencies as unknown as ActivityDependencies, run, 0, [item], new Set(keys));
  return store
    .keys()
    .filter((key) => key.startsWith(own))
    .map((key) => key.slice(own.length))
    .sort();
}

async function read(name: string): Promise<unknown> {
  const object = await store.get(`${own}${name}`);
  return JSON.parse(Buffer.from(object?.body ?? []).toString('utf8'));
}

describe('taking over the steps of an item that was not finished', () => {
  it('takes those that ended well, what they mended, and the requests that were fixed', async () => {
    expect(await take()).toEqual([
      'draw.0.jpg',
      'draw.0.request.json',
      'draw.0.step.json',
      'draw.1.request.json',
      'list.r1.request.json',
      'list.r1.step.json',
      'list.step.json',
    ]);
    expect(await read('draw.0.step.json')).toMatchObject({
      runId: run.runId,
      number: 1,
      id: 'story',
      part: { step: 'draw', index: 0 },
      attempts: [],
      cost: { settled: '0', unknown: { count: 0 } },
      reused: { runId: earlier.runId },
      artifact: { key: `${own}draw.0.jpg`, sha256: picture.sha256 },
    });
    // The facts of the call stay behind, or a later call would take its charge for its own.
    expect((await store.head(`${own}draw.0.jpg`))?.metadata).toEqual({
      reused: earlier.runId,
      sha256: picture.sha256,
    });
    expect(await read('draw.1.request.json')).toMatchObject({
      request: { path: '"key":"' },
      images: { abc: { key: `${own}draw.0.jpg` } },
    });
  });

  it('leaves the request of a step that gets another seed, but for the calls of it that are whole', async () => {
    expect(await take({ reseeded: ['draw'] })).toEqual([
      'draw.0.jpg',
      'draw.0.request.json',
      'draw.0.step.json',
      'list.r1.request.json',
      'list.r1.step.json',
      'list.step.json',
    ]);
  });

  it.each([
    ['a record', () => put(`${prefix}draw.0.step.json`, 'no JSON')],
    ['a picture', () => put(picture.key, 'other')],
    [
      'a record that names what is not its own',
      () =>
        leave({ step: 'draw', index: 0 }, { ...succeeded(), artifact: { ...picture, key: 'x/y' } }, 'draw.0'),
    ],
  ])('takes nothing where %s is damaged', async (_what, damage) => {
    await damage();
    expect(await take()).toEqual([]);
  });

  it('touches nothing that has been made here', async () => {
    await put(`${own}draw.0.jpg`, 'own');
    await put(`${own}draw.0.step.json`, { own: true });
    await take({}, [`${own}draw.0.jpg`, `${own}draw.0.step.json`]);
    expect(Buffer.from((await store.get(`${own}draw.0.jpg`))?.body ?? []).toString()).toBe('own');
    expect(await read('draw.0.step.json')).toEqual({ own: true });
  });
});
