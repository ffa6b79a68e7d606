import { describe, expect, vi } from 'vitest';

import { get } from '../../src/commands/runs/get.ts';
import { detailsData } from '../../src/commands/render/run-data.ts';
import { detailsText } from '../../src/commands/render/run-text.ts';
import { setRun } from '../../src/commands/runs/steer.ts';
import { parseAmount } from '../../src/pollen/amount.ts';
import { readChanges } from '../../src/records/changes.ts';
import { billTotal } from '../../src/report/report.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { pageWorkflowId } from '../../src/workflows/ids.ts';
import { pageProgressQuery, runViewQuery, steerSignal, type RunView } from '../../src/workflows/messages.ts';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { backfillSchedule } from '../../src/commands/schedule/backfill-schedule.ts';
import { callsInFlight, callsOf } from '../support/calls.ts';
import { planFinePages } from '../support/fine-pages.ts';
import { dataFiles } from '../support/data-files.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 150_000, interval: 50 };

// A picture of flux costs 0.002 Pollen.
const pictures = (count: number, budget: string): string => `
version: 1
name: dear
budget: ${budget}
items:
${Array.from({ length: count }, (_, index) => `  - { image: bee ${index} }`).join('\n')}
`;

async function untilPaused({ handle }: Harness, run: RunLocation): Promise<RunView> {
  return vi.waitFor(async () => {
    const view = await handle(run).query(runViewQuery);
    expect(view.paused?.map(({ reason }) => reason)).toEqual(['budget']);
    return view;
  }, waiting);
}

/** What `get` says of a run's budget, to people and to programs. */
async function budgetOf({ session }: Harness, run: RunLocation): Promise<readonly unknown[]> {
  const details = await get(session, run.runId);
  const lines = detailsText(session, details).split('\n');
  return [lines.find((line) => line.startsWith('Budget: ')), detailsData(details).budget];
}

function charged({ emulator }: Harness): bigint {
  return parseAmount(emulator.meter().charged);
}

describe.concurrent('a run with a budget', { timeout: 400_000 }, () => {
  test('pauses when it is used up, knows that after it was ended from outside, and goes on to an exact bill', async ({
    open,
  }) => {
    const harness = await open();
    const job = pictures(60, '"0.0365"');
    const { run } = await harness.submit(job);
    const reached = {
      state: 'paused',
      budget: { amount: '0.0365', spent: '0.036', held: '0', free: '0.0005' },
      paused: [{ message: expect.stringContaining('18 of 60 items done, 0.036 spent, and 0.0015 missing') }],
    };
    expect(await untilPaused(harness, run)).toMatchObject(reached);
    expect(harness.emulator.meter().charged).toBe('0.036');
    expect(await budgetOf(harness, run)).toEqual([
      'Budget: 0.0365 Pollen; 0.036 spent, 0.0005 left',
      { amount: '0.0365', spent: '0.036', unknown: '0', held: '0', left: '0.0005' },
    ]);

    await harness.handle(run).terminate();
    expect((await harness.submit(job)).run).toEqual(run);
    expect(await untilPaused(harness, run)).toMatchObject({ state: 'paused', budget: reached.budget });
    expect(callsOf(harness.emulator)).toHaveLength(18);

    const { temporal, store } = harness.session;
    const more = { budget: '+0.001', reason: 'a little' };
    expect(await setRun(temporal, run.runId, more)).toMatchObject({
      budget: { amount: '0.0375', unknown: '0', left: expect.any(String) },
    });
    await untilPaused(harness, run);
    expect(await setRun(temporal, run.runId, { budget: '1' })).toMatchObject({ budget: { amount: '1' } });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 60, settled: harness.emulator.meter().charged },
    });
    expect(billTotal(await harness.files(run).bill())).toBe('0.12');
    expect((await verifyRun(store, run)).findings).toEqual([]);
    expect(callsOf(harness.emulator)).toHaveLength(60);
    expect(await readChanges(store, run)).toMatchObject([
      { kind: 'budget', budget: { amount: '0.0375', onExceeded: 'pause' }, reason: 'a little' },
      { kind: 'budget', budget: { amount: '1' } },
    ]);
    expect(await harness.files(run).report()).toMatchObject({ budget: { amount: '1', reached: false } });
    expect(await budgetOf(harness, run)).toEqual([
      'Budget: 1 Pollen; 0.12 spent, 0.88 left',
      { amount: '1', spent: '0.12', unknown: '0', held: '0', left: '0.88' },
    ]);
  });

  test('stops there for good where it shall, and says so in its report', async ({ open }) => {
    const harness = await open();
    const { run } = await harness.submit(pictures(30, '{ amount: "0.0201", onExceeded: stop }'));
    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      because: 'budget',
      tally: { succeeded: 10, cancelled: 20, settled: harness.emulator.meter().charged },
    });
    expect(await harness.files(run).report()).toMatchObject({
      state: 'stopped',
      budget: { amount: '0.0201', onExceeded: 'stop', reached: true },
    });
    expect(callsOf(harness.emulator)).toHaveLength(10);
  });

  test('stops there although calls wait for money in places that were granted later', async ({ open }) => {
    const harness = await open();
    // The second page gets most of its places as the first one gives them back.
    const { run } = await harness.submit(pictures(300, '{ amount: "0.5201", onExceeded: stop }'));
    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      because: 'budget',
      tally: { succeeded: 260, cancelled: 40, settled: harness.emulator.meter().charged },
    });
  });

  test('is shared by many pages to the last call', async ({ open }) => {
    const harness = await open();
    const job = pictures(12, '"0.0079"');
    await planFinePages(harness, job);
    const { run } = await harness.submit(job);
    expect(await untilPaused(harness, run)).toMatchObject({
      budget: { spent: '0.006', held: '0', free: '0.0019' },
    });
    await setRun(harness.session.temporal, run.runId, { budget: '+0.0161' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 12, settled: '0.024' },
    });
  });

  test('holds twice the price where the API has no cache, and is not exceeded by answers that are lost', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { cacheMode: 'none', faults: { lost: 0.15, '524': 0.05 }, gatewayTimeoutMs: 200, seed: 7 },
    });
    const { run } = await harness.submit(pictures(60, '"0.04"'));
    const { budget } = await untilPaused(harness, run);
    expect(charged(harness)).toBeLessThanOrEqual(parseAmount('0.04'));
    expect(charged(harness)).toBeLessThanOrEqual(parseAmount(budget?.spent ?? '0'));
    expect(parseAmount(budget?.free ?? '1')).toBeLessThan(parseAmount('0.004'));

    await setRun(harness.session.temporal, run.runId, { budget: '0.3' });
    const { tally } = await harness.finish(run);
    const bound = parseAmount(tally.settled) + parseAmount(tally.unknown.atMost ?? '0');
    expect(charged(harness)).toBeLessThanOrEqual(bound);
    expect(bound).toBeLessThanOrEqual(parseAmount('0.3'));
    const codes = (await harness.files(run).errors()).map(
      (line) => line.status === 'failed' && line.fault.code,
    );
    expect(codes.every((code) => code === 'lost-twice')).toBe(true);
    const { atMost } = tally.unknown;
    expect((await budgetOf(harness, run))[1]).toMatchObject({ spent: tally.settled, unknown: atMost });
  });

  test('is shared by the steps of items in several lanes, and waits for none for ever', async ({ open }) => {
    const harness = await open({
      lanes: [
        { name: 'pictures', models: ['flux'], concurrency: 3 },
        { name: 'all', concurrency: 8 },
      ],
    });
    const lines = Array.from({ length: 12 }, (_, index) => `animal ${index}\n`).join('');
    const { run } = await harness.submit(
      `
version: 1
name: fables
budget: "0.0131"
defaults: { text: { max_tokens: 20 } }
items:
  - from: animals.txt
    id: "{{ item.number }}"
    steps:
      - { id: tell, text: "One line about the {{ row.text }}" }
      - { id: draw, image: "{{ steps.tell.text }}" }
`,
      { reading: { files: dataFiles({ 'animals.txt': lines }) } },
    );
    const { budget } = await untilPaused(harness, run);
    expect(charged(harness)).toBe(parseAmount(budget?.spent ?? '0'));
    expect(charged(harness)).toBeLessThanOrEqual(parseAmount('0.0131'));
    await setRun(harness.session.temporal, run.runId, { budget: '+1' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 12, settled: harness.emulator.meter().charged },
    });
  });

  test('of a schedule has what its period has left, and stops at once where that is nothing', async ({
    open,
  }) => {
    const harness = await open();
    const job = `
version: 1
name: dear
schedule: { cron: "0 6,12,18 * * *", budget: { amount: "0.007", per: day } }
items:
  - { image: "a bee at {{ run.time }}" }
  - { image: "a lily at {{ run.time }}" }
`;
    await applySchedule(harness.session, readOf(job), { allowUnpriced: false, dryRun: false });
    const { runs } = await backfillSchedule(harness.session, 'dear', {
      from: '2026-10-01',
      to: '2026-10-02',
    });
    const outcomes: unknown[] = [];
    const budgets: unknown[] = [];
    for (const runId of runs) {
      const run = { ...harness.session.location, job: 'dear', runId };
      const { state, because, tally } = await vi.waitFor(() => harness.finish(run), waiting);
      outcomes.push([state, because, tally.succeeded, tally.settled]);
      budgets.push((await budgetOf(harness, run))[0]);
    }
    // Each day: one that has enough, one with enough for half of it, and one that has nothing left.
    const day = [
      ['completed', undefined, 2, '0.004'],
      ['stopped', 'budget', 1, '0.002'],
      ['stopped', 'budget', 0, '0'],
    ];
    expect(outcomes).toEqual([...day, ...day]);
    const shown = [
      'Budget: 0.007 Pollen, left of 0.007 a day; 0.004 spent, 0.003 left',
      'Budget: 0.003 Pollen, left of 0.007 a day; 0.002 spent, 0.001 left',
      'Budget: 0.001 Pollen, left of 0.007 a day; 0 spent, 0.001 left',
    ];
    expect(budgets).toEqual([...shown, ...shown]);
    expect(harness.emulator.meter().charged).toBe('0.012');
  });

  test('lets no call go without its money where a pause and its end are heard of together', async ({
    open,
  }) => {
    // Long enough for a busy machine to have all six under way at once.
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 8_000 } }, workers: 0 });
    const stopWorker = await harness.startWorker();
    const { run } = await harness.submit(pictures(30, '"0.0121"'));
    await vi.waitFor(async () => expect(await callsInFlight(harness.emulator)).toBe(6), waiting);
    await stopWorker();

    const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    await page.signal(steerSignal, { turn: 1, asked: 1, isPaused: true, round: 0 });
    await page.signal(steerSignal, { turn: 2, asked: 2, isPaused: false, round: 1 });
    await harness.startWorker();
    await vi.waitFor(async () => {
      expect((await page.query(pageProgressQuery)).tally.succeeded).toBe(6);
    }, waiting);

    await harness.handle(run).cancel();
    expect(await harness.finish(run)).toMatchObject({ tally: { succeeded: 6, settled: '0.012' } });
    expect(harness.emulator.meter().charged).toBe('0.012');
  });

  test('is refused another budget where it has none', async ({ open }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 3_000 } } });
    const { run } = await harness.submit('version: 1\nname: free\nitems: [{ text: a }]\n');
    await expect(setRun(harness.session.temporal, run.runId, { budget: '1' })).rejects.toMatchObject({
      code: 'usage',
      message: `run ${run.runId} has no budget`,
    });
    await harness.finish(run);
  });
});
