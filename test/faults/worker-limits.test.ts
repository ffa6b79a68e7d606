import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { faultRuns, items } from '../support/fault-runs.ts';
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

/** A death is noticed, and a call tried again, after two seconds instead of twenty and more; five of them are enough. */
const hasty: readonly Edit[] = [
  ['workflows/page-calls.ts', "heartbeatTimeout: '20 seconds'", "heartbeatTimeout: '2 seconds'"],
  ['workflows/page-calls.ts', "maximumInterval: '60 seconds'", "maximumInterval: '1 second'"],
  ['activities/call-under-way.ts', 'HEARTBEAT_MS = 5_000', 'HEARTBEAT_MS = 500'],
  ['activities/decide.ts', 'LOST_WORKERS = 8', 'LOST_WORKERS = 5'],
  ['activities/decide.ts', 'SUSPECT_DELAY_MS = 15_000', 'SUSPECT_DELAY_MS = 2_000'],
];

let emulator: Emulator;
let stack: ProcessStack;
let entry: string;

beforeAll(async () => {
  // Slow enough for many calls to be in flight whenever a worker dies.
  emulator = await startEmulator({ keys: [{ name: 'limits', key }], latency: { kind: 'fixed', ms: 1_000 } });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(concurrency) };
  stack = await startProcessStack({ api: emulator.url, key, environment });
  entry = await copyProduct(join(stack.folder, 'hasty'), hasty);
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

/** Keeps a worker that is unlucky. */
async function keepUnlucky(besides: boolean) {
  const environment = {
    ...(await unluckyEnvironment(stack.folder, besides)),
    POLLEN_BATCH_CACHE: join(stack.folder, 'cache'),
  };
  return keepWorker(stack, { entry, environment });
}

describe('an item that brings down every worker that makes it', { timeout: 300_000 }, () => {
  it('is given up in the end, and none of those that were in flight with it: they are all made', async () => {
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

    const kept = await keepUnlucky(false);
    await untilEnded(stack, poisoned);
    expect(await kept.stop()).toBe(5);

    const files = runFiles(stack.session.store, poisoned);
    const failed = (await files.results()).filter(({ status }) => status !== 'succeeded');
    expect(failed).toMatchObject([{ id: 'bad', status: 'failed', fault: { code: 'lost-worker' } }]);
    expect((await files.marker())?.tally).toMatchObject({ succeeded: others, failed: 1 });
    expect((await verifyRun(stack.session.store, poisoned)).findings).toEqual([]);
  });
});

describe('a worker that something befalls in the middle of a run', { timeout: 240_000 }, () => {
  it('is started again, or goes on, when it ran out of memory, had an error that nobody handles, or stood still', async () => {
    const runs = faultRuns(stack, emulator);
    const unlucky = await runs.submit('unlucky');
    const kept = await keepUnlucky(true);
    await untilEnded(stack, unlucky);
    const deaths = await kept.stop();
    expect((await befallen(stack.folder)).toSorted()).toEqual([...misfortunes].toSorted());
    // To stand still is no death.
    expect(deaths).toBeGreaterThan(0);
    await runs.expectWhole(unlucky);
  });

  it.skipIf(!hasPrlimit)(
    'dies or goes on where it can open no more files: the next one makes the run whole',
    async () => {
      const runs = faultRuns(stack, emulator);
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
});

describe(`${drains} workers that are told to end in the middle of one run`, { timeout: 240_000 }, () => {
  it('each finish what they have sent and end well; each call is made once', async () => {
    const runs = faultRuns(stack, emulator);
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
