import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/plan/digest.ts';
import { readDoneWork } from '../../src/records/done-work.ts';
import { listPastRuns, recentlyEnded, recentRuns, type PastRun } from '../../src/records/past-runs.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { api, run, samplePlan } from '../support/samples.ts';

const json = { contentType: 'application/json' };
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

/** Leaves a run of one part, ended at a minute of a day. */
async function leave(
  store: MemoryStore,
  runId: string,
  minute: number,
  lines: readonly Record<string, unknown>[],
  isEnded = true,
): Promise<string> {
  const keys = runKeys({ ...run, runId });
  const at = `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;
  await store.put(keys.plan, JSON.stringify(samplePlan({ runId, createdAt: at })), json);
  const key = keys.record(0, 1, 'a');
  const part = lines.map((line) => `${JSON.stringify({ key, ...line })}\n`).join('');
  await store.put(keys.part(0), part, json);
  const marker = { runId, endedAt: at, parts: [{ key: keys.part(0), sha256: sha256(part), items: 1 }] };
  if (isEnded) await store.put(keys.success, JSON.stringify(marker), json);
  return key;
}

const damaged = new StoreError('store-corrupt', 'damaged');

/** A store in which some objects are damaged. */
function damage(store: MemoryStore, ...keys: readonly string[]): MemoryStore {
  return { ...store, get: (key) => (keys.includes(key) ? Promise.reject(damaged) : store.get(key)) };
}

const past = (store: MemoryStore): Promise<readonly PastRun[]> => listPastRuns(store, run, api);

describe('past runs', () => {
  it('come newest first by one listing, without those of other APIs', async () => {
    const store = createMemoryStore();
    for (const [index, name] of ['c', 'a', 'b'].entries()) await leave(store, `bees-${name}`, index, []);
    await store.put(
      runKeys({ ...run, runId: 'bees-d' }).plan,
      JSON.stringify(samplePlan({ api: { ...api, id: 'https://other.example' } })),
      json,
    );
    await store.put('runs/bees/schedule/0.json', '{}', json);
    expect((await past(store)).map((one) => one.run.runId)).toEqual(['bees-b', 'bees-a', 'bees-c']);
    expect(store.calls().filter((call) => call.startsWith('listFolders'))).toHaveLength(1);
  });

  it('give what the newest of them has done, ten at most, and those alone that ended', async () => {
    const store = createMemoryStore();
    for (let index = 0; index < 12; index += 1) {
      await leave(store, `bees-${index}`, index, [{ status: 'succeeded', digest: index === 0 ? b : a }]);
    }
    await leave(store, 'bees-open', 30, [{ status: 'succeeded', digest: 'c'.repeat(64) }], false);
    const done = await readDoneWork(store, recentlyEnded(await past(store)));
    const key = runKeys({ ...run, runId: 'bees-11' }).record(0, 1, 'a');
    expect(done.find(a ?? '')).toEqual({ runId: 'bees-11', key });
    expect([done.find(b ?? ''), done.find('c'.repeat(64)), done.size()]).toEqual([undefined, undefined, 1]);
  });

  it('are read no further than the tenth of a schedule, and their plans only where they count', async () => {
    const store = createMemoryStore();
    for (let day = 10; day < 60; day += 1) await leave(store, `bees-202601${day}T060000Z`, day - 10, []);
    for (let index = 0; index < 3; index += 1) await leave(store, `bees-000000000${index}`, index, []);
    const recent = await recentRuns(store, run, api);
    expect(recent.map((one) => one.run.runId)).toEqual(
      Array.from({ length: 10 }, (_, index) => `bees-202601${59 - index}T060000Z`),
    );
    const reads = store.calls().filter((call) => call.startsWith('get'));
    expect(reads.filter((call) => call.endsWith('plan.json')).length).toBeLessThanOrEqual(13);
    expect(reads.length).toBeLessThanOrEqual(16 * 2 + 3 * 2 + 13);
  });

  it('are passed over where they are damaged, and so are their parts', async () => {
    const store = createMemoryStore();
    const [one, two, three, four] = [1, 2, 3, 4].map((index) => `bees-${index}`) as [
      string,
      string,
      string,
      string,
    ];
    for (const [index, name] of [one, two, three, four].entries()) {
      await leave(store, name, index, [{ status: 'succeeded', digest: String(index).repeat(64) }]);
    }
    const keysOf = (runId: string) => runKeys({ ...run, runId });
    await store.put(keysOf(three).success, '{"runId', json);
    const broken = damage(store, keysOf(one).plan, keysOf(two).part(0));
    expect((await past(broken)).map((found) => found.run.runId)).toEqual([four, two]);
    const recent = await recentRuns(broken, run, api);
    expect(recent.map((found) => found.run.runId)).toEqual([four, two]);
    expect((await readDoneWork(broken, recent)).size()).toBe(1);
    const away = { ...store, get: () => Promise.reject(new StoreError('store-unavailable', 'away')) };
    await expect(recentRuns(away, run, api)).rejects.toThrow('away');
  });

  it('are not read beyond what the index shall hold, the oldest first', async () => {
    const store = createMemoryStore();
    await leave(store, 'bees-1', 1, [{ status: 'succeeded', digest: a }]);
    await leave(store, 'bees-2', 2, [{ status: 'succeeded', digest: b }]);
    const done = await readDoneWork(store, await recentRuns(store, run, api), 1);
    expect([done.find(a ?? ''), done.find(b ?? '')?.runId]).toEqual([undefined, 'bees-2']);
  });

  it('give nothing of failed items, of other folders, or of parts that are not what the marker says', async () => {
    const store = createMemoryStore();
    await leave(store, 'bees-1', 1, [
      { status: 'failed', digest: a },
      { status: 'succeeded', digest: b, key: 'runs/others/record.json' },
      { status: 'cancelled' },
    ]);
    await leave(store, 'bees-2', 2, [{ status: 'succeeded', digest: a }]);
    const part = runKeys({ ...run, runId: 'bees-2' }).part(0);
    await store.put(part, `${JSON.stringify({ status: 'succeeded', digest: a, key: 'x' })}\n`, json);
    expect((await readDoneWork(store, recentlyEnded(await past(store)))).size()).toBe(0);
  });
});
