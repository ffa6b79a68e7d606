import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator, type JournalEntry } from '../../src/emulator/index.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import { readLate } from '../../src/records/late.ts';
import type { ItemCost } from '../../src/records/record.ts';
import { sumCosts } from '../../src/records/tally.ts';
import { withLate } from '../../src/report/with-late.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { crashItems, crashPoints, createCrashes, type CrashPoint } from '../support/crash-runs.ts';
import { startHoldingProxy, type HoldingProxy } from '../support/holding-proxy.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { openModeWorld, type ModeWorld, type ModeWorldOptions } from '../support/mode-world.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';
import { judgeRun } from '../support/witness.ts';
import { createZombieRuns, endedItems, liveItems } from '../support/zombie-runs.ts';

const key = 'sk_crashpoints0000000000000000000000';
const modes = ['exact', 'paid-hit', 'none'] as const satisfies readonly CacheMode[];

let emulator: Emulator;
let stack: ProcessStack;
let store: HoldingProxy;
let zombieWorld: ModeWorld;
let zombieRuns: { readonly ended: RunLocation; readonly live: RunLocation };
const worlds = new Map<CacheMode, ModeWorld>();
const crashed = new Map<CacheMode, ReadonlyMap<CrashPoint, RunLocation>>();

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'crash', key }] });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '64' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
  const crashes = createCrashes();
  const zombies = createZombieRuns();
  const front = (store = await startHoldingProxy(stack.addresses.store.endpoint, crashes.holdAtStore));
  const open = (options: Pick<ModeWorldOptions, 'holdOf' | 'mode'>): Promise<ModeWorld> =>
    openModeWorld(stack, { ...options, key, store: front.url });
  const zombieWorldOpened = (zombieWorld = await open({ mode: 'none', holdOf: zombies.holdAtApi }));
  for (const mode of modes) worlds.set(mode, await open({ mode, holdOf: crashes.holdAtApi }));
  // All at once: most of the time is spent until Temporal misses the heartbeats of a worker.
  [zombieRuns] = await Promise.all([
    zombies.run(zombieWorldOpened, stack.session.store),
    ...[...worlds].map(async ([mode, world]) => crashed.set(mode, await crashes.run(mode, world, front))),
  ]);
}, 420_000);

afterAll(async () => {
  await Promise.all([...worlds.values()].map((world) => world[Symbol.asyncDispose]()));
  await zombieWorld?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await stack?.stop();
  await emulator?.close();
});

/** Most that a run can have cost, by what it says. */
function mostOf({ settled, unknown }: ItemCost): bigint {
  return parseAmount(settled) + parseAmount(unknown.atMost ?? '0');
}

/** What the API made, and charged, for a run. */
function generationsOf({ emulator }: ModeWorld, { runId }: RunLocation): readonly JournalEntry[] {
  return emulator
    .journal()
    .filter(({ requestId, generated }) => generated && requestId.startsWith(`${runId}-`));
}

describe.each(modes)('calls whose worker is killed, with a cache that is %s', (mode) => {
  it.each(crashPoints)('%s: each has one result, and the meter lies within its bill', async (point) => {
    const run = crashed.get(mode)?.get(point);
    const world = worlds.get(mode);
    if (run === undefined || world === undefined) throw new Error('there is no such run');
    const verdict = await judgeRun(stack.session.store, run, world.emulator.journal());
    expect(verdict).toMatchObject({
      state: 'completed',
      succeeded: crashItems,
      lostOrDoubled: [],
      wrongBytes: [],
      changedRequests: [],
      reported: verdict.billed,
    });
    const { tally } = (await runFiles(stack.session.store, run).marker()) ?? {};
    if (tally === undefined) throw new Error('there is no marker');
    const metered = parseAmount(verdict.metered);
    expect(parseAmount(tally.settled)).toBeLessThanOrEqual(metered);
    expect(metered).toBeLessThanOrEqual(mostOf(tally));

    const generations = generationsOf(world, run).length;
    // Without a cache an answer that is lost is generated again.
    const isPaidTwice = mode === 'none' && (point === 'after-send' || point === 'after-answer');
    expect(generations).toBe(isPaidTwice ? 2 * crashItems : crashItems);
    const isFound = point === 'after-artifact' || point === 'after-record';
    const isUnsure = mode === 'paid-hit' || (mode === 'none' && !isFound);
    // A call may be lost twice: Temporal hands it to a worker that is gone, as long as it does not know.
    expect(Math.min(tally.unknown.count, crashItems)).toBe(isUnsure ? crashItems : 0);
    if (!isUnsure) expect(verdict.billed).toBe(verdict.metered);
    if (isFound) expect(verdict.requests).toBe(crashItems);
  });
});

describe('a worker that sleeps while another one makes its calls again, and wakes with their answers', () => {
  it('loses: its charges are duplicates in report and bill, which are what the API metered', async () => {
    const { live } = zombieRuns;
    const files = runFiles(stack.session.store, live);
    const items = liveItems.texts + liveItems.images;
    const verdict = await judgeRun(stack.session.store, live, zombieWorld.emulator.journal());
    expect(verdict).toMatchObject({
      state: 'completed',
      succeeded: items,
      lostOrDoubled: [],
      wrongBytes: [],
      billed: verdict.metered,
      reported: verdict.metered,
    });
    // Temporal may hand a call to a worker that sleeps, as long as it does not know: it is then made once more.
    const generated = generationsOf(zombieWorld, live);
    expect(generated.length).toBeGreaterThanOrEqual(2 * items);
    expect(await files.report()).toMatchObject({
      attempts: { answered: items, duplicate: generated.length - items },
    });
    expect((await verifyRun(stack.session.store, live)).findings).toEqual([]);
    const duplicates = (await files.bill()).filter(({ code }) => code === 'duplicate');
    expect(duplicates.map(({ certainty }) => certainty)).toEqual(duplicates.map(() => 'exact'));
  });

  it('loses after the end of the run too: what it brings lies in late/, and settles what was unknown', async () => {
    const { ended } = zombieRuns;
    const items = endedItems.texts + endedItems.images;
    const files = runFiles(stack.session.store, ended);
    const { tally } = (await files.marker()) ?? {};
    expect(tally?.succeeded).toBe(items);
    expect(tally?.unknown.count).toBeGreaterThanOrEqual(items);
    const late = await readLate(stack.session.store, ended);
    const lines = (await files.results()).map((line) => withLate(line, late.get(line.number)));
    const generated = generationsOf(zombieWorld, ended);
    const metered = generated.reduce((sum, { charge }) => sum + parseAmount(charge), 0n);
    expect(generated).toHaveLength(2 * items);
    const { settled, unknown } = sumCosts(lines.map(({ cost }) => cost));
    expect(settled).toBe(formatAmount(metered));
    expect(unknown.count).toBe((tally?.unknown.count ?? 0) - items);
    const verified = await verifyRun(stack.session.store, ended);
    expect(verified).toMatchObject({ findings: [], late: { attempts: items } });
    expect((await files.keys()).filter((name) => /\/.*late.*record\.json$/.test(name))).toEqual([]);
  });
});
