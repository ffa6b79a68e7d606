import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { faultRuns, items, type FaultRuns } from '../support/fault-runs.ts';
import { keepWorker } from '../support/kept-worker.ts';
import { untilEnded } from '../support/kill-run.ts';
import { befallen, misfortunes, unluckyEnvironment } from '../support/misfortunes.ts';
import { copyProduct, type Edit } from '../support/product-copy.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';

const key = 'sk_workerlimits00000000000000000000000';
/** Calls in flight at once. */
const concurrency = 24;
const others = 40;
/** Workers of one run that are told to end, one after another. */
const drains = 3;
/** How long a worker has no more files, in milliseconds. */
const starvedMs = 6_000;

const run = promisify(execFile);
const hasPrlimit = await run('prlimit', ['--version']).then(
  () => true,
  () => false,
);

/** Workers that may be lost with an item until it is given up. */
const lostWorkers = 6;

/** A death is noticed, and a call tried again, after four seconds instead of twenty and more; fewer of them are enough. */
const hasty: readonly Edit[] = [
  ['workflows/page-calls.ts', "heartbeatTimeout: '20 seconds'", "heartbeatTimeout: '4 seconds'"],
  ['workflows/page-calls.ts', "maximumInterval: '60 seconds'", "maximumInterval: '1 second'"],
  ['activities/call-under-way.ts', 'HEARTBEAT_MS = 5_000', 'HEARTBEAT_MS = 500'],
  ['activities/decide.ts', 'LOST_WORKERS = 8', `LOST_WORKERS = ${lostWorkers}`],
  ['activities/decide.ts', 'SUSPECT_DELAY_MS = 15_000', 'SUSPECT_DELAY_MS = 2_000'],
];

/** Processes of their own: what befalls a worker must not meet the run of another test. */
interface World {
  readonly emulator: Emulator;
  readonly stack: ProcessStack;
  readonly runs: FaultRuns;
  /** The hasty product. */
  readonly entry: string;
  close(): Promise<void>;
}

async function openWorld(): Promise<World> {
  // Slow enough for many calls to be in flight whenever a worker dies.
  const emulator = await startEmulator({
    keys: [{ name: 'limits', key }],
    latency: { kind: 'fixed', ms: 1_000 },
  });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(concurrency) };
  const stack = await startProcessStack({ api: emulator.url, key, environment });
  return {
    emulator,
    stack,
    runs: faultRuns(stack, emulator),
    entry: await copyProduct(join(stack.folder, 'hasty'), hasty),
    async close() {
      await stack.stop();
      await emulator.close();
    },
  };
}

/** Keeps a worker that is unlucky. */
async function keepUnlucky({ stack, entry }: World, besides: boolean) {
  const environment = {
    ...(await unluckyEnvironment(stack.folder, besides)),
    POLLEN_BATCH_CACHE: join(stack.folder, 'cache'),
  };
  return keepWorker(stack, { entry, environment });
}

/** Opens a world for the tests of a suite. */
function useWorld(): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error('there is no world');
    return world;
  };
}

// Side by side: most of their time is waiting for a death to be noticed, and for the next worker to start.
describe.concurrent('an item that brings down every worker that makes it', { timeout: 300_000 }, () => {
  const world = useWorld();

  it('is given up in the end, and none of those that were in flight with it: they are all made', async () => {
    const { stack } = world();
    const file = join(stack.folder, 'poisoned.yaml');
    const entries = [
      { id: 'bad', image: 'poison' },
      ...Array.from({ length: others }, (_, index) => ({ id: `good-${index}`, image: `Meadow ${index}` })),
    ];
    const defaults = { image: { model: 'flux', width: 64, height: 48 } };
    await writeFile(file, JSON.stringify({ version: 1, name: 'poisoned', defaults, items: entries }));
    const submitted = await stack.command('submit', file, '-o', 'json');
    expect(submitted.code, submitted.stderr).toBe(0);
    const { runId } = JSON.parse(submitted.stdout) as { readonly runId: string };
    const poisoned: RunLocation = { ...stack.session.location, job: 'poisoned', runId };

    const kept = await keepUnlucky(world(), false);
    await untilEnded(stack, poisoned);
    const deaths = await kept.stop();
    const files = runFiles(stack.session.store, poisoned);
    const failed = (await files.results()).filter(({ status }) => status !== 'succeeded');
    expect(failed).toMatchObject([{ id: 'bad', status: 'failed', fault: { code: 'lost-worker' } }]);
    // A busy machine may lose one more by itself, or take one for lost that is not.
    const lost = failed.flatMap(({ attempts }) => attempts).filter(({ code }) => code === 'lost-worker');
    expect(lost).toHaveLength(lostWorkers);
    expect(deaths).toBeGreaterThan(1);
    expect((await files.marker())?.tally).toMatchObject({ succeeded: others, failed: 1 });
    expect((await verifyRun(stack.session.store, poisoned)).findings).toEqual([]);
  });
});

describe.concurrent('a worker that something befalls in the middle of a run', { timeout: 240_000 }, () => {
  const world = useWorld();

  it('is started again, or goes on, when it ran out of memory, had an error that nobody handles, or stood still', async () => {
    const { stack, runs } = world();
    const unlucky = await runs.submit('unlucky');
    const kept = await keepUnlucky(world(), true);
    await untilEnded(stack, unlucky);
    const deaths = await kept.stop();
    expect((await befallen(stack.folder)).toSorted()).toEqual([...misfortunes].toSorted());
    // To stand still is no death.
    expect(deaths).toBeGreaterThan(0);
    await runs.expectWhole(unlucky);
  });
});

describe.concurrent('workers that are short of files, or told to end', { timeout: 240_000 }, () => {
  const world = useWorld();

  it.skipIf(!hasPrlimit).sequential(
    'die or go on where they can open no more files: the next one makes the run whole',
    async () => {
      const { stack, runs, entry } = world();
      const start = () =>
        stack.startWorker({ entry, environment: { POLLEN_BATCH_CACHE: join(stack.folder, 'cache') } });
      const worker = await start();
      const starved = await runs.submit('starved');
      await runs.untilRequests(starved, concurrency);
      const open = (await readdir(`/proc/${worker.pid}/fd`)).length;
      // What is open stays so, and nothing comes to it: no connection, and none of what the runtime itself needs.
      await run('prlimit', ['--pid', String(worker.pid), `--nofile=${Math.floor(open / 2)}:`]);
      await Promise.race([worker.exited, pause(starvedMs)]);
      // Whichever of the two it was, a supervisor would have another one.
      const next = await start();
      await worker.stop({ fast: true });
      await untilEnded(stack, starved);
      await runs.expectWhole(starved);
      expect(await next.stop()).toEqual({ code: 0, signal: null });
    },
  );

  it.sequential(`each finish what they have sent when ${drains} are told to end one after another; each call is made once`, async () => {
    const { stack, runs } = world();
    let worker = await stack.startWorker();
    const drained = await runs.submit('drained-often');
    for (let told = 1; told <= drains; told += 1) {
      await runs.untilRequests(drained, told * concurrency - concurrency / 2);
      expect(await worker.stop()).toEqual({ code: 0, signal: null });
      expect(runs.requestsOf(drained)).toBeLessThan(items);
      worker = await stack.startWorker();
    }
    await untilEnded(stack, drained);
    expect(await runs.expectWhole(drained)).toMatchObject({ requests: items, attempts: { answered: items } });
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
  });
});
