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

/** A worker that has slept, and the runs that it has worked on. */
interface Zombie {
  readonly world: ModeWorld;
  readonly runs: { readonly ended: RunLocation; readonly live: RunLocation };
}

let emulator: Emulator;
let stack: ProcessStack;
let store: HoldingProxy;
const zombieModes = ['exact', 'none'] as const satisfies readonly CacheMode[];
const zombies = new Map<CacheMode, Zombie>();
const zombieWorlds: ModeWorld[] = [];
const worlds = new Map<CacheMode, ModeWorld>();
const crashed = new Map<CacheMode, ReadonlyMap<CrashPoint, RunLocation>>();

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'crash', key }] });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '128' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
  const crashes = createCrashes();
  const front = (store = await startHoldingProxy(stack.addresses.store.endpoint, crashes.holdAtStore));
  const open = (options: Pick<ModeWorldOptions, 'holdOf' | 'mode'>): Promise<ModeWorld> =>
    openModeWorld(stack, { ...options, key, store: front.url });
  const asleep = zombieModes.map((mode) => ({ mode, made: createZombieRuns(mode) }));
  for (const { mode, made } of asleep) zombieWorlds.push(await open({ mode, holdOf: made.holdAtApi }));
  for (const mode of modes) worlds.set(mode, await open({ mode, holdOf: crashes.holdAtApi }));
  // All at once: most of the time is spent until Temporal misses the heartbeats of a worker.
  await Promise.all([
    ...asleep.map(async ({ mode, made }, index) => {
      const world = zombieWorlds[index];
      if (world === undefined) throw new Error('there is no such world');
      zombies.set(mode, { world, runs: await made.run(world, stack.session.store) });
    }),
    ...[...worlds].map(async ([mode, world]) => crashed.set(mode, await crashes.run(mode, world, front))),
  ]);
}, 420_000);

afterAll(async () => {
  const opened = [...worlds.values(), ...zombieWorlds];
  await Promise.all(opened.map((world) => world[Symbol.asyncDispose]()));
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
    if (isUnsure) expect(tally.unknown.count).toBeGreaterThanOrEqual(crashItems);
    else {
      const lines = await runFiles(stack.session.store, run).results();
      const lost = lines.map(({ attempts }) => attempts.filter(({ code }) => code === 'lost-worker').length);
      // Where nothing is cached, the second loss may have been sent after the answer, for all that is known.
      const unsure = mode === 'none' ? lost.filter((times) => times > 1).length : 0;
      expect(tally.unknown.count).toBeLessThanOrEqual(unsure);
    }
    if (!isUnsure) expect(verdict.billed).toBe(verdict.metered);
    if (isFound) expect(verdict.requests).toBe(crashItems);
  });
});

function zombieOf(mode: CacheMode): Zombie {
  const zombie = zombies.get(mode);
  if (zombie === undefined) throw new Error(`there is no zombie of mode ${mode}`);
  return zombie;
}

describe.each(zombieModes)(
  'a worker that sleeps while another makes its calls again, and wakes with their answers, with a cache that is %s',
  (mode) => {
    /** How often each call is generated: only where there is no cache the other one has it made anew. */
    const times = mode === 'none' ? 2 : 1;

    it('loses: its charges are duplicates in report and bill, which are what the API metered', async () => {
      const { world, runs } = zombieOf(mode);
      const { live } = runs;
      const files = runFiles(stack.session.store, live);
      const items = liveItems.texts + liveItems.images;
      const verdict = await judgeRun(stack.session.store, live, world.emulator.journal());
      expect(verdict).toMatchObject({
        state: 'completed',
        succeeded: items,
        lostOrDoubled: [],
        wrongBytes: [],
        changedRequests: [],
        // Where it is charged twice, part of it is a charge of its own in late/.
        ...(mode === 'none' ? {} : { wrongCosts: [], unknownCharges: 0 }),
        billed: verdict.metered,
        reported: verdict.metered,
      });
      const generated = generationsOf(world, live);
      // Temporal may hand a call to a worker that sleeps, as long as it does not know: it is then made once more.
      if (mode === 'none') expect(generated.length).toBeGreaterThanOrEqual(2 * items);
      else expect(generated).toHaveLength(items);
      const { attempts } = await files.report();
      expect(attempts.answered).toBe(items);
      expect(attempts['duplicate']).toBeGreaterThanOrEqual(items);
      expect((await verifyRun(stack.session.store, live)).findings).toEqual([]);
      const duplicates = (await files.bill()).filter(({ code }) => code === 'duplicate');
      expect(duplicates.map(({ certainty }) => certainty)).toEqual(
        duplicates.map(() => (mode === 'none' ? 'exact' : 'free')),
      );
    });

    it('loses after the end of the run too: what it brings lies in late/, and settles what was unknown', async () => {
      const { world, runs } = zombieOf(mode);
      const { ended } = runs;
      const items = endedItems.texts + endedItems.images;
      const files = runFiles(stack.session.store, ended);
      const { tally } = (await files.marker()) ?? {};
      expect(tally?.succeeded).toBe(items);
      if (mode === 'none') expect(tally?.unknown.count).toBeGreaterThanOrEqual(items);
      const late = await readLate(stack.session.store, ended);
      const lines = (await files.results()).map((line) => withLate(line, late.get(line.number)));
      const generated = generationsOf(world, ended);
      const metered = generated.reduce((sum, { charge }) => sum + parseAmount(charge), 0n);
      expect(generated).toHaveLength(times * items);
      const { settled, unknown } = sumCosts(lines.map(({ cost }) => cost));
      expect(settled).toBe(formatAmount(metered));
      expect(unknown.count).toBe(mode === 'none' ? (tally?.unknown.count ?? 0) - items : 0);
      const verified = await verifyRun(stack.session.store, ended);
      expect(verified).toMatchObject({ findings: [], late: { attempts: items } });
      expect((await files.keys()).filter((name) => /\/.*late.*record\.json$/.test(name))).toEqual([]);
    });
  },
);
