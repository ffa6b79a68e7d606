import { describe, expect, vi } from 'vitest';

import { findWaits } from '../../src/commands/runs/find-waits.ts';
import { get } from '../../src/commands/runs/get.ts';
import { exitCodeOfSight } from '../../src/commands/exit-codes.ts';
import { resume, suspend } from '../../src/commands/runs/steer.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { pageWorkflowId } from '../../src/workflows/ids.ts';
import { pageProgressQuery, runViewQuery } from '../../src/workflows/messages.ts';
import type { PauseReason } from '../../src/workflows/pauses.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { eventsOf } from '../support/histories.ts';
import { test } from '../support/on-servers.ts';
import { createUnheardCredit } from '../support/unheard-credit.ts';

const waiting = { timeout: 90_000, interval: 50 };

const job = (name: string, prompts: readonly string[]): string =>
  `version: 1\nname: ${name}\nitems:\n${prompts.map((prompt) => `  - text: "${prompt}"\n`).join('')}`;
const bees = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `Bee number ${index}`);

const refusals = ({ emulator }: Harness): number =>
  callsOf(emulator).filter(({ status }) => status === 402).length;

async function untilPaused(harness: Harness, run: RunLocation, reason: PauseReason): Promise<void> {
  await vi.waitFor(async () => {
    expect(await harness.handle(run).query(runViewQuery)).toMatchObject({
      state: 'paused',
      paused: [{ reason }],
    });
  }, waiting);
}

describe.concurrent('a run whose credit runs out', () => {
  test('pauses within its window, says why, and is completed after a top-up by one call that asks', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 100 } },
      lanes: [{ name: 'all', concurrency: 6 }],
    });
    const { emulator } = harness;
    const { run } = await harness.submit(job('broke', bees(100)));
    await vi.waitFor(() => expect(emulator.meter().generations).toBeGreaterThanOrEqual(50), waiting);
    emulator.update({ wallet: '0' });
    await untilPaused(harness, run, 'credit');
    const { sight } = await get(harness.session, run.runId);
    expect(exitCodeOfSight(sight)).toBe(4);
    expect(sight).toMatchObject({
      kind: 'running',
      view: {
        paused: [
          {
            message: expect.stringContaining('out of credit (402)'),
            remedy: expect.stringContaining('Top up the balance'),
          },
        ],
      },
    });
    // After the first one no more than are in flight: the others at hand are not sent any more.
    expect(refusals(harness)).toBeLessThanOrEqual(1 + 6);

    const { generations } = emulator.meter();
    emulator.update({ wallet: '100' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 100, failed: 0, unknown: { count: 0 } },
    });
    expect(refusals(harness)).toBeLessThanOrEqual(1 + 6 + 1);
    expect(emulator.meter().generations).toBe(100);
    expect(generations).toBeLessThan(100);
    const marker = await harness.files(run).marker();
    expect(marker?.tally.settled).toBe(emulator.meter().charged);
  });

  test('is asked for by its balance alone, where the key may read it, and goes on at once when it is resumed', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { wallet: '0' },
      keyOf: { account: true },
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    const { emulator, client } = harness;
    const { run } = await harness.submit(job('poor', bees(12)));
    await untilPaused(harness, run, 'credit');
    await vi.waitFor(async () => {
      expect(await findWaits(client, run.runId, [])).toMatchObject([{ code: 'no-credit' }]);
    }, waiting);
    const refused = refusals(harness);
    expect(refused).toBeLessThanOrEqual(1 + 4);
    emulator.update({ wallet: '10' });
    expect(await resume(harness.session.temporal, run.runId)).toMatchObject({ state: 'running' });

    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 12, settled: emulator.meter().charged },
    });
    expect(refusals(harness)).toBe(refused);
  });

  test('goes on when it is resumed while it still looks at the calls that it takes back', async ({
    open,
  }) => {
    let letLook = (): void => {};
    const looked = new Promise<void>((resolve) => (letLook = resolve));
    const harness = await open({
      emulator: { wallet: '0' },
      lanes: [{ name: 'all', concurrency: 2 }],
      beforeLook: () => looked,
    });
    const { run } = await harness.submit(job('hasty', bees(8)));
    await untilPaused(harness, run, 'credit');
    harness.emulator.update({ wallet: '10' });
    await resume(harness.session.temporal, run.runId);
    try {
      await vi.waitFor(() => expect(harness.emulator.meter().generations).toBeGreaterThan(0), waiting);
    } finally {
      // A worker that is kept from looking does not end.
      letLook();
    }
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 8, unknown: { count: 0 }, settled: harness.emulator.meter().charged },
    });
  });

  test('makes no call to find out where it is suspended before it hears that there is credit', async ({
    open,
  }) => {
    const credit = createUnheardCredit();
    const harness = await open(credit.options);
    const run = await credit.bringAbout(
      harness,
      async () => (await harness.submit(job('unheard', bees(3)))).run,
    );
    // The page has heard all that its run has told it, and knows what it makes of that.
    await vi.waitFor(async () => {
      const events = eventsOf(await harness.handle(run).fetchHistory());
      const told = events.filter((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes);
      const heard = events.filter((event) => event.externalWorkflowExecutionSignaledEventAttributes);
      expect(heard).toHaveLength(told.length);
    }, waiting);
    const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    await page.query(pageProgressQuery);
    const calls = eventsOf(await page.fetchHistory()).flatMap(
      ({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? [],
    );
    expect(calls.filter((name) => name === 'generateText')).toHaveLength(1);
    await harness.handle(run).cancel();
    expect(await harness.finish(run)).toMatchObject({ state: 'stopped', tally: { cancelled: 3 } });
    await credit.close();
  });

  test('makes no call to find out while it is suspended, and can be stopped', async ({ open }) => {
    const harness = await open({ emulator: { wallet: '0' }, lanes: [{ name: 'all', concurrency: 1 }] });
    const { run } = await harness.submit(job('both', bees(3)));
    await untilPaused(harness, run, 'credit');
    expect(await suspend(harness.session.temporal, run.runId, undefined)).toMatchObject({
      paused: [{ reason: 'credit' }, { reason: 'operator' }],
    });
    harness.emulator.update({ wallet: '10' });
    await harness.handle(run).cancel();

    expect(await harness.finish(run)).toMatchObject({ state: 'stopped', tally: { cancelled: 3 } });
    expect(callsOf(harness.emulator)).toHaveLength(1);
  });

  test.for([
    ['402-budget', 'the Pollen budget of the key is used up (402)'],
    ['403-balance', 'the account is out of credit (403)'],
    ['balance-notice', 'the account is out of credit (200)'],
  ] as const)('pauses by %s as well', async ([fault, message], { open }) => {
    const harness = await open();
    const { run } = await harness.submit(job(`by-${fault}`, [`Bee [[fault:${fault}:1]]`]));
    await vi.waitFor(async () => {
      expect(await harness.handle(run).query(runViewQuery)).toMatchObject({ paused: [{ message }] });
    }, waiting);
    await resume(harness.session.temporal, run.runId);

    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 1 } });
    expect(callsOf(harness.emulator)).toHaveLength(2);
  });
});

describe.concurrent('a run whose key is revoked', () => {
  test('pauses for the key, fails no item, and can be stopped', async ({ open }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 100 } } });
    const { run } = await harness.submit(job('revoked', bees(60)));
    await vi.waitFor(() => expect(callsOf(harness.emulator).length).toBeGreaterThan(16), waiting);
    harness.emulator.update({ revokeKey: 'canary' });
    await untilPaused(harness, run, 'key');
    await harness.handle(run).cancel();

    const outcome = await harness.finish(run);
    expect(outcome).toMatchObject({
      state: 'stopped',
      tally: { failed: 0, settled: harness.emulator.meter().charged },
    });
    expect(outcome.tally.succeeded + outcome.tally.cancelled).toBe(60);
  });
});
