import { describe, expect, vi } from 'vitest';

import { resume, suspend } from '../../src/commands/runs/steer.ts';
import { get } from '../../src/commands/runs/get.ts';
import { readChanges } from '../../src/records/changes.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { CONTROL_QUEUE, pageWorkflowId } from '../../src/workflows/ids.ts';
import {
  grantPlacesSignal,
  pageProgressQuery,
  pauseSignal,
  resumeSignal,
  runViewQuery,
  steerSignal,
} from '../../src/workflows/messages.ts';
import { callsInFlight, callsOf } from '../support/calls.ts';
import { fillHistory } from '../support/fill-history.ts';
import { planFinePages } from '../support/fine-pages.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import type { RunLocation } from '../../src/storage/keys.ts';

const waiting = { timeout: 60_000, interval: 20 };

const job = (items: number): string => `
version: 1
name: held
items:
  - prompts: [${Array.from({ length: items }, (_, index) => `bee ${index}`).join(', ')}]
`;

const slow = {
  // Time for the calls at hand to hear of the pause.
  emulator: { latency: { kind: 'fixed', ms: 2_500 } },
  lanes: [{ name: 'all', concurrency: 4 }],
} as const;

/** What is looked at has been seen by then. */
const atOnce = { latency: { kind: 'fixed', ms: 0 } } as const;

function untilInFlight({ emulator }: Harness, count: number): Promise<void> {
  return vi.waitFor(async () => expect(await callsInFlight(emulator)).toBe(count), waiting);
}

// How many fly at once hangs on how many workers the queue has lately seen.
function untilSomeFly({ emulator }: Harness): Promise<void> {
  return vi.waitFor(async () => expect(await callsInFlight(emulator)).toBeGreaterThanOrEqual(2), waiting);
}

/** Until every call that had been sent has its record. */
async function untilQuiet(harness: Harness, run: RunLocation): Promise<void> {
  await untilInFlight(harness, 0);
  await vi.waitFor(async () => {
    // As people see it, by the page itself: what pages tell their run may come in another order.
    const { sight } = await get(harness.session, run.runId);
    expect(sight).toMatchObject({ view: { tally: { succeeded: callsOf(harness.emulator).length } } });
  }, waiting);
}

describe.concurrent('a run that is suspended', () => {
  test('sends nothing new, records what was in flight, and is completed once it is resumed, each call made once', async ({
    open,
  }) => {
    const harness = await open(slow);
    const { run } = await harness.submit(job(14));
    await untilSomeFly(harness);
    const { temporal } = harness.session;
    expect(await suspend(temporal, run.runId, 'to *think*')).toMatchObject({
      state: 'paused',
      paused: [{ reason: 'operator', message: 'suspended by hand: to *think*' }],
    });
    await untilQuiet(harness, run);
    const sent = callsOf(harness.emulator).length;
    expect(sent).toBeLessThanOrEqual(8);
    expect(await harness.files(run).records()).toHaveLength(sent);
    expect((await get(harness.session, run.runId)).sight).toMatchObject({
      kind: 'running',
      view: { state: 'paused', paused: [{ reason: 'operator' }] },
    });

    harness.emulator.update(atOnce);
    expect(await resume(temporal, run.runId, 'thought')).toMatchObject({ state: 'running', paused: [] });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 14, settled: harness.emulator.meter().charged },
    });
    const calls = callsOf(harness.emulator);
    expect(new Set(calls.map(({ digest }) => digest)).size).toBe(14);
    expect(calls).toHaveLength(14);
    const story = [
      { kind: 'suspend', reason: 'to *think*' },
      { kind: 'resume', reason: 'thought' },
    ];
    expect(await readChanges(harness.session.store, run)).toMatchObject(story);
    expect(await get(harness.session, run.runId)).toMatchObject({ story, report: { story } });
    expect((await verifyRun(harness.session.store, run)).findings).toEqual([]);
  });

  test('can be stopped, and lists what was held back as cancelled', async ({ open }) => {
    const harness = await open(slow);
    const { run } = await harness.submit(job(14));
    await untilSomeFly(harness);
    await suspend(harness.session.temporal, run.runId, undefined);
    await untilQuiet(harness, run);
    const sent = callsOf(harness.emulator).length;
    await harness.handle(run).cancel();

    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      tally: { succeeded: sent, cancelled: 14 - sent, settled: harness.emulator.meter().charged },
    });
    expect(callsOf(harness.emulator)).toHaveLength(sent);
  });

  test('before it has started sends nothing until it is resumed', async ({ open }) => {
    const harness = await open({ ...slow, emulator: {}, workers: 0 });
    const { run } = await harness.submit(job(3));
    await harness.handle(run).signal('pause', { reason: 'operator' });
    await harness.startWorker();
    await vi.waitFor(async () => {
      expect(await harness.handle(run).query(runViewQuery)).toMatchObject({ state: 'paused' });
    }, waiting);
    expect(callsOf(harness.emulator)).toEqual([]);

    await resume(harness.session.temporal, run.runId);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });
  });

  test('and continues as new between two pages stays so for each of its reasons, and wakes by itself when the rest is gone', async ({
    open,
  }) => {
    // Long enough for the run to pause before either call has ended: no third page begins.
    const latency = { kind: 'fixed', ms: 5_000 } as const;
    const harness = await open({ emulator: { latency }, lanes: [{ name: 'all', concurrency: 2 }] });
    await planFinePages(harness, job(5));
    const { run } = await harness.submit(job(5));
    await untilInFlight(harness, 2);
    const handle = harness.handle(run);
    for (const reason of ['credit', 'operator'] as const) await handle.signal(pauseSignal, { reason });
    const { paused } = await vi.waitFor(async () => {
      const view = await handle.query(runViewQuery);
      expect(view).toMatchObject({ state: 'paused', pages: { total: 5, done: 2, running: [] } });
      return view;
    }, waiting);
    expect(paused).toMatchObject([{ reason: 'credit' }, { reason: 'operator' }]);
    const { runId: first } = await handle.describe();
    await fillHistory(harness, run, 1_400);
    await vi.waitFor(async () => expect((await handle.describe()).runId).not.toBe(first), waiting);
    expect(await handle.query(runViewQuery)).toMatchObject({
      state: 'paused',
      paused,
      tally: { succeeded: 2 },
    });
    expect(callsOf(harness.emulator)).toHaveLength(2);

    harness.emulator.update(atOnce);
    // Credit is asked for then, and is there.
    await handle.signal(resumeSignal, { reason: 'operator' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 5, settled: harness.emulator.meter().charged },
    });
    expect(callsOf(harness.emulator)).toHaveLength(5);
  });

  test('has its page stand as it was told last, of all that has come before the page was ready', async ({
    open,
  }) => {
    const harness = await open({ workers: 0 });
    const { run } = await harness.submit(job(3));
    // In place of its run's own, which waits for this one to end.
    const page = await harness.client.workflow.start('runPage', {
      taskQueue: CONTROL_QUEUE,
      workflowId: pageWorkflowId(run.runId, 0),
      args: [{ run, resumed: false, page: 0, lane: 'all', places: 3 }],
    });
    const pause = { turn: 1, isPaused: true, round: 0 };
    const go = { turn: 2, isPaused: false, round: 1 };
    const again = { turn: 3, isPaused: true, round: 1 };
    for (const told of [pause, go, again, go]) await page.signal(steerSignal, told);
    await harness.startWorker();
    await vi.waitFor(async () => {
      expect(await page.query(pageProgressQuery)).toMatchObject({ places: 3, freed: 3, waiting: 3 });
    }, waiting);
    expect(callsOf(harness.emulator)).toEqual([]);

    await page.signal(steerSignal, { turn: 4, isPaused: false, round: 2 });
    await page.signal(grantPlacesSignal, 3);
    expect(await page.result()).toMatchObject({ tally: { succeeded: 3 } });
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });
    expect(callsOf(harness.emulator)).toHaveLength(3);
  });

  test('and resumed at once, again and again, makes each call once', async ({ open }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 300 }, cacheMode: 'none' },
      lanes: slow.lanes,
    });
    const { run } = await harness.submit(job(24));
    await untilSomeFly(harness);
    for (let times = 0; times < 8; times += 1) {
      await harness.handle(run).signal(pauseSignal, { reason: 'operator' });
      await harness.handle(run).signal(resumeSignal, {});
    }

    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 24, settled: harness.emulator.meter().charged, unknown: { count: 0 } },
    });
    expect(callsOf(harness.emulator)).toHaveLength(24);
  });

  test('keeps what an attempt may have cost for the one that settles it', async ({ open }) => {
    const harness = await open({ emulator: { gatewayTimeoutMs: 1_500 }, lanes: slow.lanes });
    const { run } = await harness.submit(`
version: 1
name: lost
items:
  - { id: late, text: "Too late [[fault:524:1]]" }
`);
    await untilInFlight(harness, 1);
    await suspend(harness.session.temporal, run.runId, undefined);
    await vi.waitFor(async () => {
      expect(await harness.files(run).keys()).toContainEqual(expect.stringContaining('.attempts.json'));
    }, waiting);
    await untilInFlight(harness, 0);
    await resume(harness.session.temporal, run.runId);

    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 1, settled: harness.emulator.meter().charged, unknown: { count: 0 } },
    });
    expect(await harness.files(run).records()).toMatchObject([
      {
        attempts: [
          { attempt: 1, code: 'edge-timeout' },
          { attempt: 2, code: 'answered' },
        ],
      },
    ]);
  });
});

describe.concurrent('a run that has ended', () => {
  test('can be neither suspended nor resumed', async ({ open }) => {
    const harness = await open();
    const { run } = await harness.submit(job(1));
    await harness.finish(run);

    for (const told of [suspend, resume]) {
      await expect(told(harness.session.temporal, run.runId, undefined)).rejects.toMatchObject({
        code: 'not-found',
        message: expect.stringContaining(run.runId),
      });
    }
  });
});
