import { describe, expect, vi } from 'vitest';

import { billTotal } from '../../src/report/report.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { callsAtMost, PAGE_CALLS } from '../../src/plan/pages.ts';
import { pageWorkflowId } from '../../src/workflows/ids.ts';
import { callsOf } from '../support/calls.ts';
import { chain, laterImage, laterText, startPlan, textStep } from '../support/chain-plan.ts';
import { eventsOf, payloadsOf } from '../support/histories.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 60_000, interval: 20 };

const away = (): StoreError => new StoreError('store-unavailable', 'away, by the test');

const listOf = (names: readonly string[]): string => `[[answer:${JSON.stringify(names)}]]`;

describe.concurrent('an item of several steps', () => {
  test('pays nothing twice when the store takes none of its records for a while: its requests are fixed, its answers kept', async ({
    open,
  }) => {
    const refused = new Map<string, number>();
    const harness = await open({
      beforeWrite(key) {
        const step = /\.(tell|shot)\.step\.json$/.exec(key)?.[1];
        const times = refused.get(step ?? '') ?? 0;
        if (step === undefined || times === 2) return;
        refused.set(step, times + 1);
        throw away();
      },
    });
    const run = await startPlan(harness, [
      chain(1, 'kept', [
        textStep('name', 'Name a lamp'),
        laterText('tell', 'Tell of {{ steps.name.text }}', [0]),
        laterImage('shot', 'A photo of {{ steps.name.text }}', [0]),
      ]),
    ]);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 1 } });

    expect(Object.fromEntries(refused)).toEqual({ tell: 2, shot: 2 });
    const { charged, generations } = harness.emulator.meter();
    expect(generations).toBe(3);
    const digests = callsOf(harness.emulator).map(({ digest }) => digest);
    // Each once: what the store does not take is held until it does.
    expect(digests).toHaveLength(3);
    expect(new Set(digests).size).toBe(3);
    const written = (name: string): readonly string[] => harness.writes().filter((key) => key.endsWith(name));
    for (const step of ['tell', 'shot']) expect(written(`.${step}.request.json`)).toHaveLength(1);
    expect(written('.jpg')).toEqual([runKeys(run).artifact(0, 1, 'kept', 'jpg', { step: 'shot' })]);
    const { bill, report } = harness.files(run);
    expect(billTotal(await bill())).toBe(charged);
    expect(await report()).toMatchObject({ tally: { settled: charged, unknown: { count: 0 } } });
  });

  test('has its record when its run is stopped while the record waits for the store', async ({ open }) => {
    let isAway = true;
    let refused = 0;
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 300 } },
      lanes: [{ name: 'all', concurrency: 12 }],
      beforeWrite(key) {
        if (!isAway || !key.endsWith('-wide.record.json')) return;
        refused += 1;
        throw away();
      },
    });
    // Its last call is made in a place that the run granted when the list was known.
    const words = Array.from({ length: 10 }, (_, index) => `w${index}`);
    const run = await startPlan(harness, [
      chain(1, 'wide', [
        textStep('list', `Words ${listOf(words)}`),
        laterText('each', 'Tell of {{ each }}', [0], { forEach: { step: 0, path: [], max: 12 } }),
      ]),
    ]);
    await vi.waitFor(() => expect(refused).toBeGreaterThan(0), waiting);
    await harness.handle(run).cancel();
    const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    await vi.waitFor(async () => {
      const isTold = eventsOf(await page.fetchHistory()).some(
        (event) => event.workflowExecutionCancelRequestedEventAttributes,
      );
      expect(isTold).toBe(true);
    }, waiting);
    isAway = false;
    expect(await harness.finish(run)).toMatchObject({
      // All was done: there was nothing left to stop.
      state: 'completed',
      tally: { succeeded: 1, failed: 0, cancelled: 0 },
    });
    expect(await harness.files(run).records()).toMatchObject([{ id: 'wide', status: 'succeeded' }]);
    expect(await harness.files(run).results()).toMatchObject([{ status: 'succeeded' }]);
    expect(callsOf(harness.emulator)).toHaveLength(11);
  });

  test('leaves its page a short history, however far it fans out and however often its answers are mended', async ({
    open,
  }) => {
    const harness = await open({ lanes: [{ name: 'all', concurrency: 3 }] });
    const words = Array.from({ length: 24 }, (_, index) => `w${index}`);
    const items = [1, 2, 3, 4, 5].map((number) =>
      chain(number, `fan-${number}`.padEnd(100, 'x'), [
        textStep('list', `Words of ${number} ${listOf(words)}`),
        laterText('each', `${number}: tell of {{ each }} [[answer:no]] [[answer:{"a":1}]]`, [0], {
          forEach: { step: 0, path: [], max: 24 },
          repair: 1,
          expect: { json: true },
        }),
      ]),
    );
    // As full as a page can be.
    expect(items.reduce((sum, item) => sum + callsAtMost(item), 0)).toBe(PAGE_CALLS);
    const run = await startPlan(harness, items);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 5 } });
    expect(callsOf(harness.emulator)).toHaveLength(5 * (1 + 24 * 2));

    const history = await harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0)).fetchHistory();
    const payloads = payloadsOf(history);
    // With one place, and so every answer alone, it has 1,519.
    expect(eventsOf(history).length).toBeLessThanOrEqual(2_000);
    for (const payload of payloads) expect(payload.length).toBeLessThanOrEqual(64 * 1024);
  });
});
