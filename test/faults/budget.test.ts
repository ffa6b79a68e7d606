import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { setRun } from '../../src/commands/runs/steer.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { parseAmount } from '../../src/pollen/amount.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { runViewQuery } from '../../src/workflows/messages.ts';
import type { runJob } from '../../src/workflows/index.ts';
import { callsOf } from '../support/calls.ts';
import { openModeWorld } from '../support/mode-world.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';

const key = 'sk_budget0000000000000000000000000000';
/** Of pictures at 0.002 Pollen: 30 % of what all of them cost. */
const COUNT = 80;
const BUDGET = '0.048';

const waiting = { timeout: 120_000, interval: 100 };

let emulator: Emulator;
let stack: ProcessStack;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'budget', key }] });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '6' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

// Both at once: most of the time is spent until Temporal misses the heartbeats of a worker.
describe.concurrent.each<{ readonly mode: CacheMode; readonly killAt: number }>([
  { mode: 'exact', killAt: 10 },
  { mode: 'none', killAt: 5 },
])(
  'a run with 30 % of the money it needs, whose worker is killed, where the cache is $mode',
  { timeout: 240_000 },
  ({ mode, killAt }) => {
    it('is never over its budget, parks at it, and is completed with a true bill once it has more', async () => {
      await using world = await openModeWorld(stack, {
        mode,
        key,
        store: stack.addresses.store.endpoint,
        emulator: {
          latency: { kind: 'lognormal', medianMs: 150, sigma: 0.5 },
          faults: { lost: 0.03, '500': 0.03 },
          seed: 5,
        },
      });
      const charged = (): bigint => parseAmount(world.emulator.meter().charged);
      const prompts = Array.from({ length: COUNT }, (_, index) => `  - { image: bee ${index} of ${mode} }`);
      const yaml = `version: 1\nname: killed-${mode}\nbudget: "${BUDGET}"\nitems:\n${prompts.join('\n')}\n`;
      const { temporal } = world.session;
      let worker = await world.startWorker();
      const run = await world.submit(yaml);
      await vi.waitFor(() => expect(callsOf(world.emulator).length).toBeGreaterThanOrEqual(killAt), waiting);
      await worker.stop({ fast: true });
      worker = await world.startWorker();
      const handle = temporal.client.workflow.getHandle<typeof runJob>(runWorkflowId(run.runId));
      const { budget } = await vi.waitFor(async () => {
        const view = await handle.query(runViewQuery);
        expect(view.paused?.map(({ reason }) => reason)).toEqual(['budget']);
        return view;
      }, waiting);
      expect(charged()).toBeLessThanOrEqual(parseAmount(budget?.spent ?? '0'));
      expect(parseAmount(budget?.spent ?? '1')).toBeLessThanOrEqual(parseAmount(BUDGET));
      expect(parseAmount(budget?.free ?? '1')).toBeLessThan(parseAmount(mode === 'none' ? '0.004' : '0.002'));

      const set = await setRun(temporal, run.runId, { budget: '+1' });
      expect(set).toMatchObject({ budget: { amount: '1.048' } });
      const { tally } = await handle.result();
      expect(tally.succeeded + tally.failed).toBe(COUNT);
      const settled = parseAmount(tally.settled);
      const bound = settled + parseAmount(tally.unknown.atMost ?? '0');
      expect(charged()).toBeGreaterThanOrEqual(settled);
      expect(charged()).toBeLessThanOrEqual(bound);
      if (mode === 'exact') expect(tally).toMatchObject({ succeeded: COUNT, unknown: { count: 0 } });
      await worker.stop({ fast: true });
    });
  },
);
