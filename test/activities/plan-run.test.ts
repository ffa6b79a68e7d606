import { asyncLocalStorage } from '@temporalio/activity';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { createPlanReader } from '../../src/activities/plan-reader.ts';
import { createPlanRun } from '../../src/activities/plan-run.ts';
import { parsePage } from '../../src/plan/pages.ts';
import { keepJob, type KeptJobLocation } from '../../src/records/kept-job.ts';
import { claimRun } from '../../src/records/run-store.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { readOf } from '../support/job.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { api, now, prices, run } from '../support/samples.ts';

const scheduledRun = { ...run, runId: 'bees-20260102T060000Z' };
const csv = 'name\nAda\n\u0007secret\n';

let store: MemoryStore;
let deadlines: unknown[] = [];

beforeEach(() => {
  store = createMemoryStore();
  deadlines = [];
});

function jobOf(items: string) {
  return readOf(`version: 1\nname: bees\nitems:\n${items}\n`).job;
}

function keep(items: string): Promise<KeptJobLocation> {
  const { prefix, emulated, job } = run;
  const kept = { version: 1, runId: 'bees', api, allowUnpriced: false, items: 1, job: jobOf(items) } as const;
  return keepJob(store, { prefix, emulated, job }, kept);
}

function planRun(scheduled: KeptJobLocation) {
  const dependencies = {
    store,
    plans: createPlanReader(store),
    openObject: () =>
      Promise.resolve({ body: new Blob([csv]).stream() as AsyncIterable<Uint8Array>, version: 'v1' }),
    key: { digest: (name: string) => `digest of ${name}` },
    balance: (deadlineMs?: number) => {
      deadlines.push(deadlineMs);
      return Promise.resolve({ kind: 'balance', pollen: '4.999999999999998' });
    },
    prices: () => Promise.resolve(prices),
    apiId: api.id,
    lanes: [{ name: 'all', concurrency: 8 }],
    searchAttributes: false,
    now: () => now,
  };
  const context = { info: { workflowExecution: { runId: 'execution-1' } } };
  return asyncLocalStorage.run(context as never, () =>
    createPlanRun(dependencies as unknown as ActivityDependencies)({ run: scheduledRun, scheduled }),
  );
}

describe('planning a scheduled run', () => {
  it('plans what the run was claimed for, where somebody else was first', async () => {
    const first = jobOf('  - { text: The first }\n  - { text: The second }');
    await claimRun(store, scheduledRun, {
      version: 1,
      runId: scheduledRun.runId,
      api,
      allowUnpriced: false,
      plannedFor: '2026-01-02T06:00:00Z',
      claimedBy: 'execution-0',
      job: first,
    });
    expect(await planRun(await keep('  - { text: Another }'))).toMatchObject({ items: 2, resumed: true });
    expect(store.text(runKeys(scheduledRun).begun)).toBeUndefined();
    const page = store.keys().find((key) => key.endsWith('page-00000.jsonl')) ?? '';
    const [item] = parsePage(store.text(page) ?? '');
    expect(JSON.stringify(item)).toContain('The first');
  });

  it('claims its run where nobody has', async () => {
    expect(await planRun(await keep('  - { text: Another }'))).toMatchObject({ items: 1, resumed: false });
    expect(store.text(runKeys(scheduledRun).job)).toContain('execution-1');
    const keyDigest = `digest of ${scheduledRun.runId}`;
    const begun = { execution: 'execution-1', balance: { at: now.toISOString(), pollen: '5', keyDigest } };
    expect(JSON.parse(store.text(runKeys(scheduledRun).begun) ?? '')).toEqual({ version: 1, ...begun });
    expect(deadlines).toEqual([3_000]);
  });

  it('says in its failure what is wrong and where, and nothing of what stands there', async () => {
    const items = `  - { from: "s3://data/rows.csv", text: "A letter", params: { seed: "{{ row.name }}" } }`;
    const failure: unknown = await planRun(await keep(items)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'job-invalid', nonRetryable: true });
    const { message } = failure as Error;
    expect(message).toContain('s3://data/rows.csv:2:1');
    expect(message).toContain('`pollen-batch validate`');
    expect(message).not.toMatch(/Ada|secret/);
    expect(store.text(runKeys(scheduledRun).job)).toBeUndefined();
  });
});
