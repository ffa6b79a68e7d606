import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/plan/digest.ts';
import { readDoneWork } from '../../src/records/done-work.ts';
import { pastRuns, recentRuns, type EndedRun } from '../../src/records/past-runs.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { api, run, samplePlan } from '../support/samples.ts';

const json = { contentType: 'application/json' };
const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

/** Leaves a run of one part, ended at a minute of a day; it was planned in the same one, or an earlier one. */
async function leave(
  store: MemoryStore,
  runId: string,
  minute: number,
  lines: readonly Record<string, unknown>[],
  { isEnded = true, planned = minute, outcome = {} } = {},
): Promise<string> {
  const keys = runKeys({ ...run, runId });
  const [createdAt, endedAt] = [planned, minute].map(
    (one) => `2026-01-02T03:${String(one).padStart(2, '0')}:00.000Z`,
  );
  await store.put(keys.plan, JSON.stringify(samplePlan({ runId, createdAt: createdAt ?? '' })), json);
  const key = keys.record(0, 1, 'a');
  const part = lines.map((line) => `${JSON.stringify({ key, ...line })}\n`).join('');
  await store.put(keys.part(0), part, json);
  const marker = {
    ...outcome,
    runId,
    endedAt,
    parts: [{ key: keys.part(0), sha256: sha256(part), items: 1 }],
  };
  if (isEnded) await store.put(keys.success, JSON.stringify(marker), json);
  return key;
}

const damaged = new StoreError('store-corrupt', 'damaged');

/** A store in which some objects are damaged. */
function damage(store: MemoryStore, ...keys: readonly string[]): MemoryStore {
  return { ...store, get: (key) => (keys.includes(key) ? Promise.reject(damaged) : store.get(key)) };
}

const ended = async (store: MemoryStore): Promise<readonly EndedRun[]> =>
  (await recentRuns(store, run, api)).ended;
const idsOf = (runs: readonly EndedRun[]): readonly string[] => runs.map((one) => one.run.runId);

describe('past runs', () => {
  it('come by one listing, those that ended last first, without those of other APIs', async () => {
    const store = createMemoryStore();
    for (const [index, name] of ['c', 'a', 'b'].entries()) await leave(store, `bees-${name}`, index, []);
    await leave(store, 'bees-d', 9, []);
    const other = samplePlan({ api: { ...api, id: 'https://other.example' } });
    await store.put(runKeys({ ...run, runId: 'bees-d' }).plan, JSON.stringify(other), json);
    await store.put('runs/bees/schedule/0.json', '{}', json);
    expect(idsOf(await ended(store))).toEqual(['bees-b', 'bees-a', 'bees-c']);
    expect(store.calls().filter((call) => call.startsWith('listFolders'))).toHaveLength(1);
  });

  it('of which the last is the newest of the whole job, ended or not', async () => {
    const store = createMemoryStore();
    expect(await pastRuns(store, run, api)).toEqual({ ended: [], names: [], warnings: [] });
    await store.put('runs/bees/schedule/0.json', '{}', json);
    expect((await pastRuns(store, run, api)).names).toEqual([]);
    await leave(store, 'bees-0000000001', 1, []);
    for (let index = 1; index < 12; index += 1) {
      await leave(store, `bees-0000000001-first${index}`, index + 20, []);
    }
    const lastOf = async () => (await pastRuns(store, run, api)).last?.run.runId;
    expect(await lastOf()).toBe('bees-0000000001');
    await leave(store, 'bees-0000000002', 10, [], { isEnded: false });
    expect(await lastOf()).toBe('bees-0000000002');
    // Eleven trials alone have not got what the whole job has.
    expect(idsOf((await pastRuns(store, run, api)).ended).at(-1)).toBe('bees-0000000001');
  });

  it('of which the last is the one that was planned last, whenever the others have ended', async () => {
    const store = createMemoryStore();
    const lastOf = async () => (await pastRuns(store, run, api)).last?.run.runId;
    for (let index = 0; index < 12; index += 1) {
      await leave(store, `bees-00000001${index + 10}`, index + 30, [], { planned: 1 });
    }
    await leave(store, 'bees-0000000002', 20, [], { planned: 10, isEnded: false });
    expect(await lastOf()).toBe('bees-0000000002');
    await leave(store, 'bees-0000000002', 20, [], { planned: 10 });
    expect(await lastOf()).toBe('bees-0000000002');
    expect(idsOf(await ended(store))).not.toContain('bees-0000000002');
  });

  it('are read no further than the one that was planned last can be found', async () => {
    const store = createMemoryStore();
    for (let index = 0; index < 30; index += 1) {
      await leave(store, `bees-00000001${index + 10}`, index + 10, [], { planned: index + 9 });
    }
    await pastRuns(store, run, api);
    const reads = store.calls().filter((call) => call.startsWith('get') && call.endsWith('plan.json'));
    expect(reads).toHaveLength(10);
  });

  it('give what the newest of them has done, ten at most, and those alone that ended', async () => {
    const store = createMemoryStore();
    for (let index = 0; index < 12; index += 1) {
      await leave(store, `bees-${index}`, index, [{ status: 'succeeded', digest: index === 0 ? b : a }]);
    }
    await leave(store, 'bees-open', 30, [{ status: 'succeeded', digest: 'c'.repeat(64) }], {
      isEnded: false,
    });
    const done = await readDoneWork(store, await ended(store));
    const key = runKeys({ ...run, runId: 'bees-11' }).record(0, 1, 'a');
    expect(done.find(a ?? '')).toEqual({ runId: 'bees-11', key });
    expect([done.find(b ?? ''), done.find('c'.repeat(64)), done.size()]).toEqual([undefined, undefined, 1]);
  });

  it('are more than ten where those were cut short, back to one that was not', async () => {
    const store = createMemoryStore();
    const done = [{ status: 'succeeded', digest: a }];
    await leave(store, 'bees-0000000001', 1, []);
    await leave(store, 'bees-0000000002', 2, done, {
      outcome: { state: 'completed', tally: { succeeded: 1 } },
    });
    const stopped = { state: 'stopped', tally: { succeeded: 1 } };
    for (let index = 0; index < 12; index += 1) {
      await leave(store, `bees-00000001${index + 10}`, index + 10, [], { outcome: stopped });
    }
    expect(idsOf(await ended(store))).toHaveLength(13);
    expect(idsOf((await pastRuns(store, run, api)).ended)).toEqual(idsOf(await ended(store)));
    expect((await readDoneWork(store, await ended(store))).find(a)?.runId).toBe('bees-0000000002');
  });

  it('are none of those that got nothing, as without money', async () => {
    const store = createMemoryStore();
    await leave(store, 'bees-0000000002', 2, [{ status: 'succeeded', digest: a }]);
    const fruitless = { state: 'stopped', tally: { succeeded: 0 } };
    for (let index = 0; index < 12; index += 1) {
      await leave(store, `bees-00000001${index + 10}`, index + 10, [], { outcome: fruitless });
    }
    expect(idsOf(await ended(store))).toEqual(['bees-0000000002']);
    const past = await pastRuns(store, run, api);
    expect([idsOf(past.ended), past.last?.run.runId]).toEqual([['bees-0000000002'], 'bees-0000000121']);
  });

  it('give what was checked by what it was checked for', async () => {
    const store = createMemoryStore();
    await leave(store, 'bees-1', 1, [{ status: 'succeeded', digest: a, work: b }]);
    const done = await readDoneWork(store, await ended(store));
    expect([done.find(a ?? ''), done.find(b ?? '')?.runId]).toEqual([undefined, 'bees-1']);
  });

  it('have their plans read only where they count', async () => {
    const store = createMemoryStore();
    for (let day = 10; day < 60; day += 1) await leave(store, `bees-202601${day}T060000Z`, day - 10, []);
    for (let index = 0; index < 3; index += 1) await leave(store, `bees-000000000${index}`, index, []);
    expect(idsOf(await ended(store))).toEqual(
      Array.from({ length: 10 }, (_, index) => `bees-202601${59 - index}T060000Z`),
    );
    const reads = store.calls().filter((call) => call.startsWith('get'));
    expect(reads.filter((call) => call.endsWith('plan.json'))).toHaveLength(10);
  });

  it('count by their end, so that a backfill of old times is among the last', async () => {
    const store = createMemoryStore();
    for (let day = 10; day < 22; day += 1) await leave(store, `bees-202601${day}T060000Z`, day, []);
    await leave(store, 'bees-20250101T060000Z', 50, [{ status: 'succeeded', digest: a }]);
    const runs = await ended(store);
    expect(idsOf(runs).slice(0, 2)).toEqual(['bees-20250101T060000Z', 'bees-20260121T060000Z']);
    expect((await readDoneWork(store, runs)).find(a ?? '')?.runId).toBe('bees-20250101T060000Z');
  });

  it('are passed over with a warning where they are damaged or of an earlier version, as are parts', async () => {
    const store = createMemoryStore();
    const names = ['bees-1', 'bees-2', 'bees-3', 'bees-4', 'bees-5', 'bees-6'] as const;
    for (const [index, name] of names.entries()) {
      await leave(store, name, index, [{ status: 'succeeded', digest: String(index).repeat(64) }]);
    }
    const [one, two, three, four, five, six] = names;
    const keysOf = (runId: string) => runKeys({ ...run, runId });
    await store.put(keysOf(three).success, '{"runId', json);
    await store.put(keysOf(five).success, '{"runId":"bees-5","endedAt":"2026-01-02T03:04:00.000Z"}', json);
    await store.put(keysOf(six).success, 'null', json);
    const broken = damage(store, keysOf(one).plan, keysOf(two).part(0));
    const recent = await recentRuns(broken, run, api);
    expect(idsOf(recent.ended)).toEqual([four, two]);
    expect(recent.warnings).toEqual([
      ...[three, five, six].map(
        (name) => `run ${name} is passed over: its marker is damaged, or of an earlier version`,
      ),
      `run ${one} is passed over: its plan is damaged, or of an earlier version`,
    ]);
    expect(await pastRuns(broken, run, api)).toMatchObject({ ...recent, last: { run: { runId: four } } });
    expect((await readDoneWork(broken, recent.ended)).size()).toBe(1);
    const away = { ...store, get: () => Promise.reject(new StoreError('store-unavailable', 'away')) };
    await expect(recentRuns(away, run, api)).rejects.toThrow('away');
  });

  it('beyond 200 are said not to be looked at, where nothing tells which are the newest', async () => {
    const store = createMemoryStore();
    for (let index = 0; index < 201; index += 1) {
      await store.put(runKeys({ ...run, runId: `bees-${String(index).padStart(10, '0')}` }).job, '{}', json);
    }
    const { names, warnings } = await recentRuns(store, run, api);
    expect(names).not.toEqual([]);
    expect(warnings).toEqual(['bees has 201 runs that no schedule made, of which 200 were looked at']);
  });

  it('are not read beyond what the index shall hold, the oldest first', async () => {
    const store = createMemoryStore();
    await leave(store, 'bees-1', 1, [{ status: 'succeeded', digest: a }]);
    await leave(store, 'bees-2', 2, [{ status: 'succeeded', digest: b }]);
    const done = await readDoneWork(store, await ended(store), 1);
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
    expect((await readDoneWork(store, await ended(store))).size()).toBe(0);
  });
});
