import { describe, expect, it } from 'vitest';

import { findItem } from '../../../src/commands/explain/find-item.ts';
import { runKeys } from '../../../src/storage/keys.ts';
import { createMemoryStore, type MemoryStore } from '../../support/memory-store.ts';
import { run, sampleCall, samplePlan } from '../../support/samples.ts';

const PAGE = 10;
const count = 60;
const pages = Array.from({ length: count / PAGE }, (_, page) => ({ page, lane: 'all', calls: PAGE }));
const plan = samplePlan({ items: count, pages });

/** Items `lamp-1` to `lamp-60`, but for the third, which is called `40`. */
async function stored(): Promise<MemoryStore> {
  const store = createMemoryStore();
  for (const { page } of pages) {
    const lines = Array.from({ length: PAGE }, (_, position) => {
      const number = page * PAGE + position + 1;
      return JSON.stringify(sampleCall({ number, id: number === 3 ? '40' : `lamp-${number}` }));
    });
    await store.put(runKeys(run).page(plan.digest, page), `${lines.join('\n')}\n`, {
      contentType: 'application/x-ndjson',
    });
  }
  return store;
}

describe('an item of a run', () => {
  it('is found by its id, wherever it is', async () => {
    expect(await findItem(await stored(), run, plan, 'lamp-57')).toMatchObject({
      item: { number: 57 },
      page: 5,
      position: 6,
    });
  });

  it('is found by its number, unless that is the id of another one', async () => {
    const store = await stored();
    expect(await findItem(store, run, plan, '17')).toMatchObject({ item: { id: 'lamp-17' }, page: 1 });
    expect(await findItem(store, run, plan, '40')).toMatchObject({ item: { number: 3 } });
    expect(await findItem(store, run, plan, '#40')).toMatchObject({ item: { id: 'lamp-40' } });
  });

  it('is looked for where its number most likely is', async () => {
    const store = await stored();
    await findItem(store, run, plan, '#45');
    expect(store.calls().filter((call) => call.startsWith('get '))[0]).toContain('page-00004');
  });

  it.each([
    ['lmap-57', /Did you mean lamp-57/],
    ['57-lamp', /Give the id of an item, or its number from 1 to 60/],
    ['LAMP-6', /Did you mean lamp-6/],
    ['61', /its number from 1 to 60/],
    ['a\u001b[31m', /Give the id/],
  ])('that is not there (%j) is said so, with ids that are near', async (name, remedy) => {
    await expect(findItem(await stored(), run, plan, name)).rejects.toMatchObject({
      code: 'not-found',
      remedy: expect.stringMatching(remedy),
    });
  });
});
