import { describe, expect, it } from 'vitest';

import { createPlanReader } from '../../src/activities/plan-reader.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { run, sampleCall, samplePlan } from '../support/samples.ts';

const keys = runKeys(run);
const json = { contentType: 'application/json' };

function storeWithPages(pages: number) {
  const store = createMemoryStore();
  void store.putOnce(keys.plan, JSON.stringify(samplePlan()), json);
  for (let page = 0; page < pages; page += 1) {
    void store.putOnce(
      keys.page('plan0', page),
      `${JSON.stringify(sampleCall({ number: page + 1 }))}\n`,
      json,
    );
  }
  const reads = (key: string): number => store.calls().filter((call) => call === `get ${key}`).length;
  return { store, reads };
}

describe('a reader of plans', () => {
  it('reads a page once, also for calls that start together', async () => {
    const { store, reads } = storeWithPages(1);
    const reader = createPlanReader(store);
    const [first, second] = await Promise.all([reader.page(run, 0), reader.page(run, 0)]);
    await reader.page(run, 0);
    expect(first).toEqual([sampleCall()]);
    expect(second).toBe(first);
    expect(reads(keys.page('plan0', 0))).toBe(1);
  });

  it('keeps a bounded number of pages, those used last', async () => {
    const { store, reads } = storeWithPages(60);
    const reader = createPlanReader(store);
    for (let page = 0; page < 60; page += 1) {
      await reader.page(run, page);
      await reader.page(run, 0);
    }
    expect(reads(keys.page('plan0', 0))).toBe(1);
    await reader.page(run, 1);
    expect(reads(keys.page('plan0', 1))).toBe(2);
  });

  it('reads again after a read that failed', async () => {
    const { store } = storeWithPages(1);
    const reader = createPlanReader(store);
    await reader.plan(run);
    store.failNext('get', new Error('away'));
    await expect(reader.page(run, 0)).rejects.toThrow('away');
    expect(await reader.page(run, 0)).toHaveLength(1);
  });

  it('says which page is missing', async () => {
    const reader = createPlanReader(storeWithPages(1).store);
    await expect(reader.page(run, 7)).rejects.toThrow(keys.page('plan0', 7));
  });

  it('finds a plan that was not there at first', async () => {
    const store = createMemoryStore();
    const reader = createPlanReader(store);
    expect(await reader.plan(run)).toBeUndefined();
    await store.putOnce(keys.plan, JSON.stringify(samplePlan()), json);
    expect(await reader.plan(run)).toEqual(samplePlan());
  });
});
