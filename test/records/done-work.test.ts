import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/plan/digest.ts';
import { readDoneWork } from '../../src/records/done-work.ts';
import { listPastRuns, recentlyEnded, type PastRun } from '../../src/records/past-runs.ts';
import { runKeys } from '../../src/storage/keys.ts';
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
    expect(done.find(a ?? '')?.runId).toBe('bees-11');
    expect([done.find(b ?? ''), done.find('c'.repeat(64)), done.size()]).toEqual([undefined, undefined, 1]);
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
