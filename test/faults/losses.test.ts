import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import type { Tally } from '../../src/records/tally.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { createLostRuns, lostCalls } from '../support/lost-runs.ts';
import { openModeWorld, type ModeWorld } from '../support/mode-world.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';

const key = 'sk_losses00000000000000000000000000000';
const modes = ['exact', 'none'] as const satisfies readonly CacheMode[];

interface Lost {
  readonly world: ModeWorld;
  readonly runs: { readonly stopped: RunLocation; readonly resumed: RunLocation };
}

let emulator: Emulator;
let stack: ProcessStack;
const worlds: ModeWorld[] = [];
const lost = new Map<CacheMode, Lost>();

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'losses', key }] });
  const environment = { POLLEN_BATCH_RPS: 'none' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
  const { endpoint } = stack.addresses.store;
  // Both at once: most of the time is spent until Temporal misses the heartbeats of a worker.
  await Promise.all(
    modes.map(async (mode) => {
      const runs = createLostRuns(mode);
      const world = await openModeWorld(stack, { mode, key, store: endpoint, holdOf: runs.holdAtApi });
      worlds.push(world);
      lost.set(mode, { world, runs: await runs.run(world) });
    }),
  );
}, 420_000);

afterAll(async () => {
  await Promise.all(worlds.map((world) => world[Symbol.asyncDispose]()));
  await stack?.stop();
  await emulator?.close();
});

/** What a run says it has cost, and what the API has metered for it. */
async function costOf(mode: CacheMode, which: 'stopped' | 'resumed') {
  const { world, runs } = lost.get(mode) ?? {};
  const run = runs?.[which];
  if (world === undefined || run === undefined) throw new Error('there is no such run');
  const { tally } = (await runFiles(stack.session.store, run).marker()) ?? {};
  if (tally === undefined) throw new Error('there is no marker');
  const metered = world.emulator
    .journal()
    .filter(({ requestId }) => requestId.startsWith(`${run.runId}-`))
    .reduce((sum, { charge }) => sum + parseAmount(charge), 0n);
  const { findings } = await verifyRun(stack.session.store, run);
  return { run, tally, metered, findings };
}

function expectBounded({ settled, unknown }: Tally, metered: bigint): void {
  expect(unknown.atMost).not.toBeNull();
  expect(parseAmount(settled)).toBeLessThanOrEqual(metered);
  expect(metered).toBeLessThanOrEqual(parseAmount(settled) + parseAmount(unknown.atMost ?? '0'));
}

describe.each(modes)(
  'calls that were sent by a worker that is killed, and taken back before they are tried again, with a cache that is %s',
  (mode) => {
    it('are unknown up to their price where their run is stopped', async () => {
      const { tally, metered, findings } = await costOf(mode, 'stopped');
      expect(tally).toMatchObject({ succeeded: 0, settled: '0', unknown: { count: lostCalls } });
      expect(metered).toBeGreaterThan(0n);
      expectBounded(tally, metered);
      expect(findings).toEqual([]);
    });

    it('are settled as far as the cache tells where their run goes on, each loss counted once', async () => {
      const { run, tally, metered, findings } = await costOf(mode, 'resumed');
      expect(tally).toMatchObject({ succeeded: 4, unknown: { count: mode === 'exact' ? 0 : lostCalls } });
      expectBounded(tally, metered);
      if (mode === 'exact') expect(tally.settled).toBe(formatAmount(metered));
      const records = await runFiles(stack.session.store, run).records();
      const attempts = records.map((record) =>
        record.attempts.map(({ attempt, code }) => `${attempt} ${code}`),
      );
      expect(attempts.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => ['1 lost-worker', '2 answered']));
      expect(findings).toEqual([]);
    });
  },
);
