import { describe, expect, vi } from 'vitest';

import { verifyRun } from '../../src/verify/verify-run.ts';
import { CONTROL_QUEUE, pageWorkflowId } from '../../src/workflows/ids.ts';
import { callsInFlight, callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 60_000, interval: 20 };

const twelve = `
version: 1
name: twelve
items:
  - prompts: [1 bee, 2 bees, 3 bees, 4 bees, 5 bees, 6 bees, 7 bees, 8 bees, 9 bees, 10 bees, 11 bees, 12 bees]
`;

function untilInFlight({ emulator }: Harness, count: number): Promise<void> {
  return vi.waitFor(async () => expect(await callsInFlight(emulator)).toBe(count), waiting);
}

describe.concurrent('a run that is cancelled', () => {
  test('lets calls in flight finish and records them; the rest has no record and is listed as cancelled', async ({
    open,
  }) => {
    const harness = await open({
      // Time for the two calls at hand to hear of the stop.
      emulator: { latency: { kind: 'fixed', ms: 5_000 } },
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    const { run } = await harness.submit(twelve);
    await untilInFlight(harness, 4);
    await harness.handle(run).cancel();
    const outcome = await harness.finish(run);

    expect(outcome).toMatchObject({
      state: 'stopped',
      tally: { succeeded: 4, failed: 0, cancelled: 8, settled: harness.emulator.meter().charged },
    });
    expect(outcome.marker).toMatch(/\/_FAILED$/);
    const { records, results, errors, report } = harness.files(run);
    expect(callsOf(harness.emulator)).toHaveLength(4);
    expect((await records()).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'succeeded'),
    );
    const lines = await results();
    expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(lines.filter(({ status }) => status === 'cancelled')).toHaveLength(8);
    expect(await errors()).toEqual([]);
    expect(await report()).toMatchObject({ state: 'stopped', items: 12, certainty: 'exact' });
    expect((await verifyRun(harness.session.store, run)).findings).toEqual([]);
  });

  test('does not wait for calls that have not been started, nor for those that wait to be tried again', async ({
    open,
  }) => {
    const harness = await open({ lanes: [{ name: 'all', concurrency: 16, rps: 0.5 }] });
    const { run } = await harness.submit(
      `${twelve}  - { id: waiting, text: "[[fault:429]]" }\n  - { id: broke, text: "[[fault:402-balance]]" }\n`,
    );
    await vi.waitFor(() => expect(callsOf(harness.emulator).length).toBeGreaterThan(0), waiting);
    await harness.handle(run).cancel();
    const started = performance.now();
    const outcome = await harness.finish(run);

    // At its rate the run would have taken 28 s more.
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(outcome.state).toBe('stopped');
    expect(outcome.tally.cancelled).toBeGreaterThanOrEqual(10);
    expect(await harness.files(run).records()).toHaveLength(outcome.tally.succeeded);
  });

  test('says what may have been charged where nobody can find out, and ends all the same', async ({
    open,
  }) => {
    const harness = await open({
      lanes: [{ name: 'all', concurrency: 16, rps: 0.1 }],
      beforeLook: () => Promise.reject(new Error('no server to ask')),
    });
    const { run } = await harness.submit(twelve);
    await vi.waitFor(() => expect(callsOf(harness.emulator).length).toBeGreaterThan(0), waiting);
    await harness.handle(run).cancel();
    const { tally } = await harness.finish(run);
    expect(tally.cancelled).toBeGreaterThan(0);
    expect(tally.unknown.count).toBe(tally.cancelled);
    expect(tally.settled).toBe(harness.emulator.meter().charged);
  });

  test('is stopped, not failed, when a call in flight turns out to need another try', async ({ open }) => {
    const harness = await open({ emulator: { gatewayTimeoutMs: 3_000 } });
    const { run } = await harness.submit(`
version: 1
name: late
items:
  - { id: late, text: "Too late [[fault:524]]" }
  - { id: fine, text: In time }
`);
    await vi.waitFor(() => expect(callsOf(harness.emulator)).toHaveLength(2), waiting);
    await harness.handle(run).cancel();

    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      tally: { succeeded: 1, failed: 0, cancelled: 1 },
    });
  });

  test('before anything was planned or started still ends with a report', async ({ open }) => {
    const harness = await open({ workers: 0 });
    const { run } = await harness.submit(twelve);
    await harness.handle(run).cancel();
    await harness.startWorker();

    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      tally: { cancelled: 12, settled: '0' },
    });
    expect(callsOf(harness.emulator)).toEqual([]);
    expect(await harness.files(run).results()).toHaveLength(12);
  });
});

describe.concurrent('a page that is stopped before it is ready', () => {
  test('makes no call', async ({ open }) => {
    const harness = await open({ workers: 0 });
    const { run } = await harness.submit(twelve);
    // In place of its run's own, which waits for this one to end.
    const page = await harness.client.workflow.start('runPage', {
      taskQueue: CONTROL_QUEUE,
      workflowId: pageWorkflowId(run.runId, 0),
      args: [{ run, resumed: false, page: 0, lane: 'all', places: 12 }],
    });
    await page.cancel();
    await harness.startWorker();

    expect(await page.result()).toMatchObject({ tally: { succeeded: 0, cancelled: 12 } });
    expect(callsOf(harness.emulator)).toEqual([]);
  });
});

describe.concurrent('a run that was terminated', () => {
  test('goes on at the next submit, without repeating a call that has a record', async ({ open }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 700 } },
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    const { run } = await harness.submit(twelve);
    await vi.waitFor(async () => {
      expect((await harness.files(run).records()).length).toBeGreaterThanOrEqual(4);
    }, waiting);
    await harness.handle(run).terminate('by the test');
    await vi.waitFor(async () => expect(await callsInFlight(harness.emulator)).toBe(0), waiting);
    const recorded = (await harness.files(run).records()).length;
    expect(recorded).toBeLessThan(12);
    expect(await harness.files(run).marker()).toBeUndefined();

    expect(await harness.submit(twelve)).toMatchObject({ status: 'started', run });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 12, settled: harness.emulator.meter().charged },
    });
    const digests = callsOf(harness.emulator).map(({ digest }) => digest);
    expect(digests).toHaveLength(12);
    expect(new Set(digests).size).toBe(12);
  });

  test('goes on when it is submitted again at once, while its pages are still ending', async ({ open }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 700 } },
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    const { run } = await harness.submit(twelve);
    await untilInFlight(harness, 4);
    await harness.handle(run).terminate('by the test');
    await harness.submit(twelve);

    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 12 } });
    expect(await harness.files(run).records()).toHaveLength(12);
    expect(harness.emulator.meter().generations).toBe(12);
  });
});
