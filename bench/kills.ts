import { runWithKills } from '../test/support/kill-run.ts';
import { createScan, scanBucket, scanFolder } from '../test/support/secret-scan.ts';
import { judgeRun, type Verdict } from '../test/support/witness.ts';
import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { startFaultyStack } from './support/faulty-stack.ts';

const KEY = 'sk_canaryZ3mK8tW5qB1xN7rV4dH9jL2pS6c';
export const KILLS = 15;
export const SERVER_KILLS = 5;
/** Items for which that is meant: a longer run has more of them, and more time. */
const ITEMS = 2_000;
/** Seconds that the run may take. */
const MOST_SECONDS = 180;

/**
 * The fault test at full speed: no rate limit, so that every kill of the worker takes all calls of the run with it. Each
 * costs the 20 s after which Temporal misses the heartbeats of a dead worker.
 */
export const kills: Benchmark = async ({ items = ITEMS, seed = Date.now() % 1_000_000, say }) => {
  say(`seed ${seed}`);
  const times = Math.max(1, items / ITEMS);
  const { emulator, stack } = await startFaultyStack(KEY, seed);
  try {
    const images = Math.floor(items * 0.3);
    const job = { name: 'kills', texts: items - images, images };
    const { run, seconds } = await runWithKills(stack, emulator, {
      job,
      kills: Math.round(KILLS * times),
      serverKills: Math.round(SERVER_KILLS * times),
      seed,
      say,
    });
    const verdict = await judgeRun(stack.session.store, run, emulator.journal());
    const scan = createScan([{ secret: KEY, name: 'the key' }]);
    const traces = [
      ...(await scanFolder(stack.folder, scan)),
      ...(await scanBucket(stack.session.store, scan)),
    ];
    const { charged } = emulator.meter();
    return describe(verdict, { meter: charged, seconds, seed, times, traces: traces.length });
  } finally {
    await stack.stop();
    await emulator.close();
  }
};

interface Outside {
  readonly meter: string;
  readonly seconds: number;
  readonly seed: number;
  /** How often the usual run this one is. */
  readonly times: number;
  readonly traces: number;
}

function describe(verdict: Verdict, outside: Outside) {
  const rows: Row[] = [
    ['items not exactly once in the results', String(verdict.lostOrDoubled.length)],
    ['items that failed', String(verdict.items - verdict.succeeded)],
    ["items whose bytes are not the emulator's", String(verdict.wrongBytes.length)],
    ['items whose attempts sent different requests', String(verdict.changedRequests.length)],
    ["items whose cost is not the emulator's", String(verdict.wrongCosts.length)],
    ['bill, Pollen', verdict.billed],
    ["emulator's meter, Pollen", outside.meter],
    ['traces of the key', String(outside.traces)],
    ['requests', String(verdict.requests)],
    ['attempts lost with a worker', String(verdict.attempts['lost-worker'] ?? 0)],
    ['time', `${outside.seconds.toFixed(1)} s`],
  ];
  const wrong = [verdict.lostOrDoubled, verdict.wrongBytes, verdict.changedRequests, verdict.wrongCosts];
  const isExact = verdict.billed === outside.meter && verdict.unknownCharges === 0;
  return {
    text: `${verdict.items} items, 17 % faults, the worker killed ${KILLS * outside.times} times and Temporal ${SERVER_KILLS * outside.times} times, seed ${outside.seed}\n\n${table(rows)}`,
    figures: { ...verdict, ...outside },
    missed: [
      ...(wrong.every((items) => items.length === 0)
        ? []
        : ['items are lost, doubled, changed or wrongly charged']),
      ...(isExact ? [] : [`the bill is ${verdict.billed}, the meter ${outside.meter}`]),
      ...(outside.seconds <= MOST_SECONDS * outside.times
        ? []
        : [`it took more than ${MOST_SECONDS * outside.times} s`]),
      ...(outside.traces === 0 ? [] : ['the key was written down']),
    ],
  };
}
