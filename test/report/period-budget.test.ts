import { beforeEach, describe, expect, it } from 'vitest';

import type { PageSource } from '../../src/report/page-records.ts';
import { budgetInPeriod } from '../../src/report/period-budget.ts';
import { claimRun, writePlan } from '../../src/records/run-store.ts';
import { readOf } from '../support/job.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { api, run, samplePlan } from '../support/samples.ts';

const { job } = readOf(
  'version: 1\nname: bees\nschedule: { cron: "0 6 * * *", budget: { amount: "10", per: day } }\nitems:\n  - { text: x }\n',
);
const at = (hour: string) => ({ ...run, runId: `bees-20260102T${hour}0000Z` });

let store: MemoryStore;

beforeEach(() => {
  store = createMemoryStore();
});

const claim = (runId: string) =>
  claimRun(store, { ...run, runId }, { version: 1, runId, api, allowUnpriced: false, job });
const plan = (runId: string, amount: string) =>
  writePlan(
    store,
    { ...run, runId },
    { plan: samplePlan({ pages: [], budget: { amount, onExceeded: 'stop' } }), pageText: () => '' },
  );
const budget = (runId: string) => budgetInPeriod({ store } as unknown as PageSource, { ...run, runId }, job);

describe('the budget of a period', () => {
  it('waits for a run that came before and is not planned yet, and for none that comes after', async () => {
    await claim(at('06').runId);
    await claim(at('08').runId);
    await expect(budget(at('07').runId)).rejects.toThrow('bees-20260102T060000Z');
    await plan(at('06').runId, '4');
    expect(await budget(at('07').runId)).toEqual({ amount: '6', onExceeded: 'stop' });
  });

  it('holds for retries of its runs, and counts what they may spend', async () => {
    await plan(at('06').runId, '4');
    const retried = `${at('06').runId}-retry1`;
    expect(await budget(retried)).toEqual({ amount: '6', onExceeded: 'stop' });
    await plan(retried, '5');
    expect(await budget(at('07').runId)).toEqual({ amount: '1', onExceeded: 'stop' });
  });
});
