import { describe, expect, vi } from 'vitest';

import type { JournalEntry } from '../../src/emulator/index.ts';
import { approve, setRun, stop, terminate } from '../../src/commands/runs/steer.ts';
import { readChanges } from '../../src/records/changes.ts';
import { readLate } from '../../src/records/late.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { pauseSignal, runViewQuery } from '../../src/workflows/messages.ts';
import { callsInFlight, callsOf, mostAtOnce } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 150_000, interval: 50 };

const job = (items: number): string => `
version: 1
name: ordered
items:
  - prompts: [${Array.from({ length: items }, (_, index) => `bee ${index}`).join(', ')}]
`;

const slow = (ms: number, concurrency = 4) => ({
  emulator: { latency: { kind: 'fixed', ms } as const },
  lanes: [{ name: 'all', concurrency }],
});

async function untilSomeFly({ emulator }: Harness): Promise<void> {
  await vi.waitFor(async () => expect(await callsInFlight(emulator)).toBeGreaterThanOrEqual(2), waiting);
}

/** A worker that is starved of its processor may not answer in time, and hears of it all the same. */
function unlessSlow(error: unknown): void {
  expect(error).toMatchObject({ code: 'temporal-unreachable' });
}

describe.concurrent('a run that goes on', () => {
  test('is stopped by a command as by the Temporal UI, and says who did it and why', async ({ open }) => {
    const harness = await open(slow(3_000));
    const { run } = await harness.submit(job(14));
    await untilSomeFly(harness);
    expect(await stop(harness.session.temporal, run.runId, 'wrong prompts')).toMatchObject({
      runId: run.runId,
    });
    const outcome = await harness.finish(run);

    expect(outcome).toMatchObject({
      state: 'stopped',
      tally: { settled: harness.emulator.meter().charged, unknown: { count: 0 } },
    });
    expect(outcome).not.toHaveProperty('because');
    expect(outcome.tally.succeeded).toBe(callsOf(harness.emulator).length);
    const story = [{ kind: 'stop', reason: 'wrong prompts' }];
    expect(await harness.files(run).report()).toMatchObject({ story });
    expect((await verifyRun(harness.session.store, run)).findings).toEqual([]);
  });

  test('and is terminated waits no longer than seconds: what is in flight then is unknown, and its answer late', async ({
    open,
  }) => {
    const harness = await open(slow(30_000));
    const { run } = await harness.submit(job(8));
    await untilSomeFly(harness);
    const { temporal, store } = harness.session;
    await terminate(temporal, run.runId, 'it hangs').catch(unlessSlow);
    const outcome = await harness.finish(run);

    expect(outcome).toMatchObject({
      state: 'stopped',
      because: 'terminated',
      tally: { succeeded: 0, cancelled: 8, settled: '0' },
    });
    expect(outcome.tally.unknown.count).toBeGreaterThanOrEqual(2);
    expect(outcome.tally.unknown.count).toBeLessThanOrEqual(8);
    // Its workers give the requests up, or keep what comes all the same apart.
    await vi.waitFor(async () => expect(await callsInFlight(harness.emulator)).toBe(0), waiting);
    expect(await harness.files(run).records()).toEqual([]);
    expect((await readLate(store, run)).size).toBeLessThanOrEqual(8);
    expect(await harness.files(run).report()).toMatchObject({
      story: [{ kind: 'terminate', reason: 'it hangs' }],
    });
    expect((await verifyRun(store, run)).findings).toEqual([]);
  });

  test('and waits for approval goes on once it has that, and not before', async ({ open }) => {
    const harness = await open(slow(300));
    const { run } = await harness.submit(job(12));
    await untilSomeFly(harness);
    const { temporal, store } = harness.session;
    const refused = { code: 'usage', message: expect.stringContaining('waits for no approval') };
    await expect(approve(temporal, run.runId)).rejects.toMatchObject(refused);
    await harness.handle(run).signal(pauseSignal, { reason: 'approval', detail: 'ten items are done' });
    await vi.waitFor(async () => {
      expect(await harness.handle(run).query(runViewQuery)).toMatchObject({
        paused: [{ reason: 'approval', remedy: expect.stringContaining('approve') }],
      });
    }, waiting);
    expect(await approve(temporal, run.runId, 'looked at')).toMatchObject({ paused: [] });
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 12 } });
    expect(await readChanges(store, run)).toMatchObject([{ kind: 'approve', reason: 'looked at' }]);
  });

  test('goes on within another concurrency and priority at once, and makes each call once', async ({
    open,
  }) => {
    const harness = await open(slow(2_500, 6));
    const { run } = await harness.submit(job(24));
    await untilSomeFly(harness);
    const { temporal, store } = harness.session;
    const less = { concurrency: 1, priority: 'low', reason: 'others first' } as const;
    await setRun(temporal, run.runId, less).then(
      (set) => expect(set).toMatchObject({ concurrency: 1, priority: 'low' }),
      unlessSlow,
    );
    await vi.waitFor(async () => {
      const view = await harness.handle(run).query(runViewQuery);
      expect(view).toMatchObject({ priority: 'low', lanes: [{ places: 1 }] });
      expect(await callsInFlight(harness.emulator)).toBeLessThanOrEqual(1);
    }, waiting);
    const at = Date.now();
    const sentSince = (): readonly JournalEntry[] =>
      callsOf(harness.emulator).filter(({ time }) => Date.parse(time) >= at);
    await vi.waitFor(() => expect(sentSince().length).toBeGreaterThanOrEqual(2), waiting);
    expect(mostAtOnce(sentSince(), 2_500)).toBe(1);

    await setRun(temporal, run.runId, { concurrency: null }).catch(unlessSlow);
    await untilSomeFly(harness);
    harness.emulator.update({ latency: { kind: 'fixed', ms: 0 } });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 24, settled: harness.emulator.meter().charged, unknown: { count: 0 } },
    });
    expect(callsOf(harness.emulator)).toHaveLength(24);
    expect(await readChanges(store, run)).toMatchObject([
      { kind: 'concurrency', concurrency: 1, reason: 'others first' },
      { kind: 'priority', priority: 'low', reason: 'others first' },
      { kind: 'concurrency', concurrency: null },
    ]);
    expect((await verifyRun(store, run)).findings).toEqual([]);
  });
});

describe.concurrent('a run that is signalled without a word, as from the Temporal UI', () => {
  test('stops where that is clear, and leaves what it cannot read', async ({ open }) => {
    const harness = await open(slow(1_000));
    const { run } = await harness.submit(job(14));
    await untilSomeFly(harness);
    const handle = harness.handle(run);
    await handle.signal('pause');
    await handle.signal('pause', { reason: 'weather' });
    await handle.signal('resume');
    await handle.executeUpdate('approve').then(
      () => expect.unreachable(),
      (error: Error) =>
        expect(error.cause).toMatchObject({ message: expect.stringContaining('waits for no approval') }),
    );
    expect(await handle.query(runViewQuery)).toMatchObject({ state: 'running' });
    await handle.signal('stop');
    expect(await harness.finish(run)).toMatchObject({ state: 'stopped' });
    expect(await readChanges(harness.session.store, run)).toMatchObject([{ kind: 'stop' }]);
  });
});

describe.concurrent('a run that no worker works on', () => {
  test('cannot be terminated at once, which is said with what to do', async ({ open }) => {
    const harness = await open({ workers: 0 });
    const { run } = await harness.submit(job(3));
    await expect(terminate(harness.session.temporal, run.runId)).rejects.toMatchObject({
      code: 'temporal-unreachable',
      remedy: expect.stringContaining('worker'),
    });
    await harness.startWorker();
    expect(await harness.finish(run)).toMatchObject({ state: 'stopped', because: 'terminated' });
    expect(callsOf(harness.emulator)).toEqual([]);
  });
});
