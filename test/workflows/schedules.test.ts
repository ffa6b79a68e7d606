import { describe, expect, vi } from 'vitest';

import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { backfillSchedule } from '../../src/commands/schedule/backfill-schedule.ts';
import { get } from '../../src/commands/runs/get.ts';
import {
  deleteSchedule,
  pauseSchedule,
  triggerSchedule,
} from '../../src/commands/schedule/change-schedule.ts';
import {
  getSchedule,
  listSchedules,
  type ScheduleDetails,
} from '../../src/commands/schedule/describe-schedule.ts';
import { nextTimes } from '../../src/commands/schedule/matching-times.ts';
import { stop } from '../../src/commands/runs/steer.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { plannedTimeOf, runWorkflowId } from '../../src/workflows/ids.ts';
import type { PriceSnapshot } from '../../src/pollen/prices.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { test } from '../support/on-servers.ts';

// Each look asks both servers.
const waiting = { timeout: 200_000, interval: 500 };
const options = { allowUnpriced: false, dryRun: false };

const nightly = (
  schedule: string,
  items = '  - { id: haiku, text: "A haiku for {{ run.time }}" }',
): string => `
version: 1
name: nightly
items:
${items}
schedule: ${schedule}
`;

function located({ session }: Harness, runId: string): RunLocation {
  return { ...session.location, job: 'nightly', runId };
}

function untilDetails(
  { session }: Harness,
  isRight: (details: ScheduleDetails) => void,
): Promise<ScheduleDetails> {
  return vi.waitFor(async () => {
    const details = await getSchedule(session, 'nightly');
    isRight(details);
    return details;
  }, waiting);
}

async function triggered({ client }: Harness): Promise<string> {
  const outcome = await triggerSchedule(client, 'nightly');
  if (outcome.kind !== 'started') throw new Error(`the trigger was ${outcome.kind}`);
  return outcome.runId;
}

function promptOf({ body = '' }: { readonly body?: string }): string {
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
  return messages[0]?.content ?? '';
}

describe.concurrent('a schedule', { timeout: 240_000 }, () => {
  test('every 2 s over a job of 3 s never overlaps, loses nothing, and counts what it skips', async ({
    open,
  }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 3_000 } } });
    await applySchedule(harness.session, readOf(nightly('{ every: 2s }')), options);
    const started = performance.now();
    await vi.waitFor(
      async () => expect((await getSchedule(harness.session, 'nightly')).started).toBeGreaterThanOrEqual(4),
      { timeout: 120_000, interval: 1_000 },
    );
    await pauseSchedule(harness.client, 'nightly');
    const seconds = (performance.now() - started) / 1_000;
    const details = await untilDetails(harness, ({ runs }) =>
      expect(runs.every(({ state }) => state === 'completed')).toBe(true),
    );
    const { runs, skipped, missed, started: count } = details;

    expect(count).toBeGreaterThanOrEqual(4);
    expect(missed).toBe(0);
    // Every time has either started a run or been skipped; the first and the last may fall outside.
    expect(Math.abs(count + skipped - seconds / 2)).toBeLessThanOrEqual(2);
    expect(runs).toHaveLength(Math.min(10, count));
    const calls = callsOf(harness.emulator);
    expect(calls).toHaveLength(count);
    // Each run's start is its planned time, and each call takes 3 s: none starts while the last one goes on.
    const times = runs.map(({ startedAt, endedAt = '' }) => [startedAt, endedAt]).reverse();
    for (const [index, [startedAt = '']] of times.entries()) {
      if (index > 0) expect(startedAt >= (times[index - 1]?.[1] ?? '')).toBe(true);
    }
    for (const { runId } of runs) {
      expect(await harness.files(located(harness, runId)).marker()).toMatchObject({ state: 'completed' });
    }
  });

  test('backfills ten days by ten runs with their planned times, and a second time by none', async ({
    open,
  }) => {
    const harness = await open();
    const daily = '{ cron: "0 6 * * *", timezone: Europe/Berlin }';
    await applySchedule(harness.session, readOf(nightly(daily)), options);
    // The clocks change within.
    const span = { from: '2026-10-21', to: '2026-10-30' };
    const first = await backfillSchedule(harness.session, 'nightly', span);
    expect(first).toMatchObject({ missing: 10, present: 0, skipsMeanwhile: true });
    // Those that wait to start have no run yet, and must not be asked for twice.
    await expect(backfillSchedule(harness.session, 'nightly', span)).rejects.toMatchObject({ code: 'usage' });
    expect(first.runs).toHaveLength(10);
    await untilDetails(harness, (details) => expect(details.started).toBe(10));
    for (const runId of first.runs) await harness.finish(located(harness, runId));

    const prompts = callsOf(harness.emulator).map(promptOf);
    expect(prompts.sort()).toEqual(first.runs.map((runId) => `A haiku for ${plannedTimeOf(runId)}`).sort());
    expect(prompts).toContain('A haiku for 2026-10-21T04:00:00Z');
    expect(prompts).toContain('A haiku for 2026-10-30T05:00:00Z');

    const second = await backfillSchedule(harness.session, 'nightly', span);
    expect(second).toMatchObject({ missing: 0, runs: [], present: 10 });
    expect(callsOf(harness.emulator)).toHaveLength(10);
    const { started } = await getSchedule(harness.session, 'nightly');
    expect(started).toBe(10);
  });

  test('backfills only the times that have no run', async ({ open }) => {
    const harness = await open();
    await applySchedule(harness.session, readOf(nightly('{ cron: "0 6 * * *" }')), options);
    const middle = { from: '2026-10-03', to: '2026-10-04' };
    const some = await backfillSchedule(harness.session, 'nightly', middle);
    await untilDetails(harness, (details) => expect(details.started).toBe(2));
    for (const runId of some.runs) await harness.finish(located(harness, runId));

    const all = await backfillSchedule(harness.session, 'nightly', { from: '2026-10-01', to: '2026-10-06' });
    expect(all.present).toBe(2);
    expect(all.runs.map((runId) => runId.slice(-16))).toEqual([
      '20261001T060000Z',
      '20261002T060000Z',
      '20261005T060000Z',
      '20261006T060000Z',
    ]);
    await untilDetails(harness, (details) => expect(details.started).toBe(6));
  });

  test('draws new seeds for each run, and plans by the same code as submit', async ({ open }) => {
    // A trigger is named by its second, so a run takes longer than one.
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 1_200 } } });
    const job = nightly('{ cron: "0 6 * * *" }', '  - { id: same, text: "The same each night" }');
    await applySchedule(harness.session, readOf(job), options);
    const runs: string[] = [];
    for (const _ of [1, 2]) {
      const runId = await triggered(harness);
      runs.push(runId);
      await harness.finish(located(harness, runId));
    }
    expect(new Set(runs).size).toBe(2);
    const seeds = await Promise.all(
      runs.map(async (runId) => (await harness.files(located(harness, runId)).records())[0]?.seed),
    );
    expect(new Set(seeds).size).toBe(2);
    expect(callsOf(harness.emulator)).toHaveLength(2);
    const submitted = await harness.submit(job);
    expect(runs[0]?.startsWith(`${submitted.run.runId}-`)).toBe(true);
  });

  test('ends at once where a run has its marker, and calls nothing', async ({ open }) => {
    const harness = await open();
    await applySchedule(harness.session, readOf(nightly('{ cron: "0 6 * * *" }')), options);
    const runId = await triggered(harness);
    await harness.finish(located(harness, runId));
    const { args } = (await harness.client.schedule.getHandle('nightly').describe()).action;
    const again = await harness.client.workflow.start('runJob', {
      workflowId: runWorkflowId(runId),
      taskQueue: 'pollen-batch',
      args: args as [never],
    });
    expect(await again.result()).toMatchObject({ state: 'completed', tally: { succeeded: 1 } });
    expect(callsOf(harness.emulator)).toHaveLength(1);
  });

  test('pauses after a run that cannot be planned, where it shall, and can make it once it can', async ({
    open,
  }) => {
    let prices: PriceSnapshot = [];
    const harness = await open({ prices: () => Promise.resolve(prices) });
    const job = readOf(nightly('{ cron: "0 6 * * *", pauseOnFailure: true }'));
    await applySchedule(harness.session, job, options);
    const runId = await triggered(harness);
    const failure = await harness.finish(located(harness, runId)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ cause: { cause: { type: 'no-price' } } });
    await untilDetails(harness, ({ state }) => expect(state).toBe('paused'));
    expect(callsOf(harness.emulator)).toEqual([]);
    expect(await get(harness.session, runId)).toMatchObject({
      sight: { kind: 'broken', status: 'FAILED', reason: expect.stringContaining('no price is known') },
    });

    prices = harness.session.api.prices;
    const planned = plannedTimeOf(runId) ?? '';
    // The same time again, as a backfill would start it: nothing was claimed, so nothing is in the way.
    const { args } = (await harness.client.schedule.getHandle('nightly').describe()).action;
    await harness.client.workflow.start('runJob', {
      workflowId: runWorkflowId(runId),
      taskQueue: 'pollen-batch',
      args: args as [never],
    });
    expect(await harness.finish(located(harness, runId))).toMatchObject({ state: 'completed' });
    expect(callsOf(harness.emulator).map(promptOf)).toEqual([`A haiku for ${planned}`]);
  });

  test('is left to itself by a worker of another API, and a stop ends the waiting', async ({ open }) => {
    const harness = await open({ apiId: 'https://elsewhere.example' });
    await applySchedule(harness.session, readOf(nightly('{ cron: "0 6 * * *" }')), options);
    const runId = await triggered(harness);
    const handle = harness.handle(located(harness, runId));
    await vi.waitFor(async () => {
      const { raw } = await handle.describe();
      expect(raw.pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type).toBe('wrong-api');
    }, waiting);
    // Its workflow is cancelled, not failed: its schedule goes on.
    await stop(harness.session.temporal, runId);
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(await harness.files(located(harness, runId)).keys()).toEqual([]);
  });

  test('says of a trigger that waits for the last run that it waits', async ({ open }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 9_000 } } });
    const yaml = nightly('{ cron: "0 6 * * *", overlap: BUFFER_ONE }');
    await applySchedule(harness.session, readOf(yaml), options);
    await triggered(harness);
    expect(await triggerSchedule(harness.client, 'nightly')).toEqual({ kind: 'waiting' });
  });

  test('can be paused, listed, applied again and deleted when its job is gone from the bucket', async ({
    open,
  }) => {
    const harness = await open();
    const job = readOf(nightly('{ cron: "0 6 * * *" }'));
    await applySchedule(harness.session, job, options);
    // Another bucket has nothing in it.
    const store = {
      ...createMemoryStore(),
      server: 'memory',
      openObject: () => Promise.resolve(undefined),
      presign: (key: string) => Promise.resolve(key),
      credentialsExpireAt: () => Promise.resolve(undefined),
      createBucket: async () => {},
      close: () => {},
    };
    const elsewhere = { ...harness.session, store };
    expect(await listSchedules(elsewhere)).toMatchObject([
      { schedule: 'nightly', times: 'its job is not in this bucket' },
    ]);
    await pauseSchedule(harness.client, 'nightly');
    expect(await applySchedule(elsewhere, job, options)).toMatchObject({ paused: true });
    await deleteSchedule(harness.client, 'nightly');
    expect(await listSchedules(elsewhere)).toEqual([]);
  });

  test('is changed by an apply, which tells what changes, and keeps it paused', async ({ open }) => {
    const { session, client } = await open();
    const first = await applySchedule(session, readOf(nightly('{ cron: "0 6 * * *" }')), options);
    expect(first).toMatchObject({ status: 'created', paused: false });
    expect(await applySchedule(session, readOf(nightly('{ cron: "0 6 * * *" }')), options)).toMatchObject({
      status: 'unchanged',
      changes: [],
    });
    await pauseSchedule(client, 'nightly', 'the key is being changed');
    const changed = readOf(
      nightly('{ cron: "0 7 * * *", overlap: BUFFER_ONE }', '  - { id: limerick, text: "A limerick" }'),
    );
    const wish = await applySchedule(session, changed, { ...options, dryRun: true });
    expect(wish.changes).toEqual([
      { kind: 'setting', name: 'cron', from: '0 6 * * *', to: '0 7 * * *' },
      { kind: 'setting', name: 'overlap', from: 'SKIP', to: 'BUFFER_ONE' },
      { kind: 'item', change: 'added', id: 'limerick' },
      { kind: 'item', change: 'removed', id: 'haiku' },
    ]);
    expect(await getSchedule(session, 'nightly')).toMatchObject({ settings: { cron: '0 6 * * *' } });
    const applied = await applySchedule(session, changed, options);
    expect(applied).toMatchObject({ status: 'updated', changes: wish.changes, paused: true });
    expect(await getSchedule(session, 'nightly')).toMatchObject({
      state: 'paused',
      note: 'the key is being changed',
      settings: { cron: '0 7 * * *', overlap: 'BUFFER_ONE' },
    });
  });

  test('tells its next times as the server counts them, over the change of clocks', async ({ open }) => {
    const { session } = await open();
    const daily = '{ cron: "30 2 * * *", timezone: Europe/Berlin }';
    await applySchedule(session, readOf(nightly(daily)), options);
    const times = await nextTimes(session, 'nightly', 3, new Date('2027-03-26T12:00:00Z'));
    // On the 28th there is no half past two.
    expect(times.map((time) => time.toISOString())).toEqual([
      '2027-03-27T01:30:00.000Z',
      '2027-03-29T00:30:00.000Z',
      '2027-03-30T00:30:00.000Z',
    ]);
  });
});
