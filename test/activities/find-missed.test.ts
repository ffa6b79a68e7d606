import { describe, expect, it } from 'vitest';

import { findMissed } from '../../src/activities/find-missed.ts';
import { jobPrefix, type RunLocation } from '../../src/storage/keys.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';

const home = { prefix: 'runs', emulated: false, job: 'nightly' };
const at = (time: string): RunLocation => ({
  ...home,
  runId: `nightly-0123456789-${time.replaceAll(/[-:]/g, '')}`,
});
const [first, second, third] = ['2026-11-20T05:00:00Z', '2026-11-23T05:00:00Z', '2026-11-24T05:00:00Z'];
const daily = ['2026-11-21T05:00:00.000Z', '2026-11-22T05:00:00.000Z'];

function dependenciesOn(store: MemoryStore, missed: number, times: readonly string[] = daily, createdAt = 1) {
  return {
    store,
    now: () => new Date('2026-11-26T00:00:00Z'),
    askSchedule: () =>
      Promise.resolve({
        createdAt: new Date(createdAt).toISOString(),
        missed,
        // With both ends, as the server may count them.
        between: (from: string, to: string) => Promise.resolve([from, ...times, to]),
      }),
  };
}

/** A schedule that has run once, and knows of no missed time. */
async function afterOneRun(): Promise<MemoryStore> {
  const store = createMemoryStore();
  expect(await findMissed(dependenciesOn(store, 0), at(first))).toBeUndefined();
  await store.put(`${jobPrefix(home)}${at(first).runId}/job.json`, '{}', { contentType: 'application/json' });
  return store;
}

describe('times that a schedule has missed', () => {
  it('are told by the first run after them, with which they were', async () => {
    const store = await afterOneRun();
    const told = { count: 2, times: daily };
    expect(await findMissed(dependenciesOn(store, 2), at(second))).toEqual(told);
    expect(await findMissed(dependenciesOn(store, 2), at(third))).toBeUndefined();
    // An attempt of which nothing came back, made again.
    expect(await findMissed(dependenciesOn(store, 2), at(second))).toEqual(told);
  });

  it('are told by their number alone where others had no run either', async () => {
    const store = await afterOneRun();
    expect(await findMissed(dependenciesOn(store, 1), at(second))).toEqual({ count: 1 });
  });

  it('are not told where nobody knows since when they count', async () => {
    const store = createMemoryStore();
    expect(await findMissed(dependenciesOn(store, 7), at(first))).toBeUndefined();
    expect(await findMissed(dependenciesOn(store, 8), at(second))).toMatchObject({ count: 1 });
  });

  it('count anew when the schedule was deleted and made again', async () => {
    const store = await afterOneRun();
    expect(await findMissed(dependenciesOn(store, 2, daily, 2), at(second))).toBeUndefined();
    expect(await findMissed(dependenciesOn(store, 3, daily, 2), at(third))).toMatchObject({ count: 1 });
  });

  it('are nothing to a run that no schedule has made', async () => {
    const run = { ...home, runId: 'nightly-0123456789' };
    expect(await findMissed(dependenciesOn(createMemoryStore(), 2), run)).toBeUndefined();
  });
});
