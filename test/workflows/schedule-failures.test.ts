import { describe, expect, vi } from 'vitest';

import { retry } from '../../src/commands/retry/retry.ts';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { backfillSchedule } from '../../src/commands/schedule/backfill-schedule.ts';
import { getSchedule } from '../../src/commands/schedule/describe-schedule.ts';
import { listFailures } from '../../src/commands/schedule/list-failures.ts';
import { approve } from '../../src/commands/runs/steer.ts';
import type { PriceSnapshot } from '../../src/pollen/prices.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { plannedTimeOf, runWorkflowId } from '../../src/workflows/ids.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';

const applying = { allowUnpriced: false, dryRun: false };
const waiting = { timeout: 60_000, interval: 200 };
// The server does it in the background.
const forgetting = { timeout: 180_000, interval: 500 };

const nightly = (items: string, more = ''): string =>
  `version: 1\nname: nightly\nitems:\n${items}\nschedule: { cron: "0 6 * * *"${more} }\n`;

const located = ({ session }: Harness, runId: string): RunLocation => ({
  ...session.location,
  job: 'nightly',
  runId,
});

/** Makes the runs of some nights, the youngest last, and waits until they have ended. */
async function nights(harness: Harness, from: string, to: string): Promise<readonly string[]> {
  const { runs } = await backfillSchedule(harness.session, 'nightly', { from, to });
  await vi.waitFor(async () => {
    const started = (await getSchedule(harness.session, 'nightly', 50)).runs.map(({ runId }) => runId);
    expect(started).toEqual(expect.arrayContaining([...runs]));
  }, waiting);
  for (const runId of runs) await harness.finish(located(harness, runId)).catch(() => undefined);
  return runs;
}

/** As Temporal does it, once its retention is over. */
async function forget({ client, session }: Harness, runId: string): Promise<void> {
  const workflowId = runWorkflowId(runId);
  await client.workflowService.deleteWorkflowExecution({
    namespace: session.temporal.namespace,
    workflowExecution: { workflowId },
  });
  await vi.waitFor(
    async () => await expect(client.workflow.getHandle(workflowId).describe()).rejects.toThrow(/not found/i),
    forgetting,
  );
}

const long = new Date('2020-01-01T00:00:00Z');

describe.concurrent('the history of a schedule', { timeout: 400_000 }, () => {
  test('has what its runs have cost by the period of its budget, also of those that Temporal has forgotten', async ({
    open,
  }) => {
    const harness = await open();
    const { session } = harness;
    const items = '  - { id: haiku, text: "A haiku for {{ run.date }}", params: { max_tokens: 30 } }';
    const job = readOf(nightly(items, ', budget: { amount: "1", per: month }'));
    await applySchedule(session, job, applying);
    const runs = await nights(harness, '2026-10-30', '2026-11-02');
    await Promise.all([runs[0], runs[3]].map((runId = '') => forget(harness, runId)));

    const details = await vi.waitFor(async () => {
      const found = await getSchedule(session, 'nightly', 3);
      expect(found.runs.filter(({ startedAt }) => startedAt === undefined)).toHaveLength(1);
      return found;
    }, waiting);
    expect(details.runs.map(({ runId }) => runId)).toEqual(runs.slice(1).reverse());
    const marks = await Promise.all(runs.map((runId) => harness.files(located(harness, runId)).marker()));
    const costs = marks.map((marker) => Number(marker?.tally.settled));
    expect(details.runs.map(({ cost }) => Number(cost))).toEqual(costs.slice(1).reverse());
    expect(details.periods.map(({ from, runs: count, budget }) => [from, count, budget])).toEqual([
      ['2026-11-01', 2, '1'],
      ['2026-10-01', 2, '1'],
    ]);
    const [november, october] = details.periods.map(({ settled }) => Number(settled));
    expect(november).toBeCloseTo((costs[2] ?? 0) + (costs[3] ?? 0), 8);
    expect(october).toBeCloseTo((costs[0] ?? 0) + (costs[1] ?? 0), 8);
    expect(await listFailures(session, 'nightly', long)).toEqual([]);
  });

  test('tells what has failed, could not be planned or is lost, each with what makes it good', async ({
    open,
  }) => {
    let prices: PriceSnapshot | undefined;
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 1_500 } },
      prices: () => Promise.resolve(prices ?? harness.session.api.prices),
    });
    const { session } = harness;
    const items = '  - { id: good, text: A haiku }\n  - { id: bad, text: "[[fault:422:1]] {{ run.date }}" }';
    await applySchedule(session, readOf(nightly(items)), applying);
    const [failed = ''] = await nights(harness, '2026-11-01', '2026-11-01');
    prices = [];
    const [unplanned = ''] = await nights(harness, '2026-11-02', '2026-11-02');
    prices = undefined;
    const begun = await backfillSchedule(session, 'nightly', { from: '2026-11-03', to: '2026-11-03' });
    const [lost = ''] = begun.runs;
    await vi.waitFor(async () => {
      expect(await harness.files(located(harness, lost)).keys()).toContainEqual(
        expect.stringMatching(/plan\/plan\.json$/),
      );
    }, waiting);
    await harness.handle(located(harness, lost)).terminate();
    await forget(harness, lost);

    const timeOf = (runId: string): string => plannedTimeOf(runId) ?? '';
    const failures = await vi.waitFor(async () => {
      const found = await listFailures(session, undefined, long);
      expect(found.map(({ state }) => state)).toEqual(['lost', 'failed', 'completed_with_failures']);
      return found;
    }, waiting);
    expect(failures).toMatchObject([
      { runId: lost, remedy: `pollen-batch resume ${lost} --from-store` },
      {
        runId: unplanned,
        reason: expect.stringContaining('no price is known'),
        remedy: `pollen-batch schedule backfill nightly --from ${timeOf(unplanned)} --to ${timeOf(unplanned)}`,
      },
      { runId: failed, reason: '1 of 2 items have no result', remedy: `pollen-batch retry ${failed}` },
    ]);
    expect(await listFailures(session, 'nightly', new Date(timeOf(lost)))).toHaveLength(1);

    const again = await retry(session, failed, { newSeeds: false });
    await harness.finish(again.run);
    expect((await listFailures(session, 'nightly', long)).map(({ runId }) => runId)).not.toContain(failed);
    await expect(listFailures(session, 'weekly', long)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('tells a run that waits for approval with that, and not with a resume, which would not lift it', async ({
    open,
  }) => {
    const harness = await open();
    const { session } = harness;
    const items = '  - { id: first, text: A haiku }\n  - { id: second, text: A limerick }';
    const job = `${nightly(items)}canary: { items: 1, approve: manual }\n`;
    await applySchedule(session, readOf(job), applying);
    const { runs } = await backfillSchedule(session, 'nightly', { from: '2026-11-01', to: '2026-11-01' });
    const [runId = ''] = runs;
    const [failure] = await vi.waitFor(async () => {
      const found = await listFailures(session, 'nightly', long);
      expect(found.map(({ state }) => state)).toEqual(['paused']);
      return found;
    }, waiting);
    expect(failure?.remedy).toContain(`pollen-batch approve ${runId}`);
    expect(failure?.remedy).not.toContain('pollen-batch resume');
    await approve(session.temporal, runId);
    await harness.finish(located(harness, runId));
    expect(await listFailures(session, 'nightly', long)).toEqual([]);
  });
});
