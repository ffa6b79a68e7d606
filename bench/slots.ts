import { latencyOf, type Latency } from '../src/emulator/latency.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import { chosen, median, percent, table, type Benchmark, type Row } from './support/benchmark.ts';
import { lastRecordAt } from './support/call-times.ts';
import { textCalls } from './support/emulator-calls.ts';
import { onStack } from './support/on-stack.ts';
import { watchOthers } from './support/processes.ts';
import { submitTexts } from './support/submit-job.ts';

interface Scenario {
  readonly name: string;
  readonly concurrency: number;
  readonly latency: Latency;
  readonly items: number;
  /** Least share of what the places allow; absent: only told. */
  readonly bar?: number;
}

const fixed = { kind: 'fixed', ms: 500 } as const;
const scenarios: readonly Scenario[] = [
  { name: '8', concurrency: 8, latency: fixed, items: 2_000, bar: 0.95 },
  { name: '64/even', concurrency: 64, latency: fixed, items: 2_000, bar: 0.93 },
  {
    name: '64/uneven',
    concurrency: 64,
    latency: { kind: 'lognormal', medianMs: 500, sigma: 1 },
    items: 10_000,
    bar: 0.9,
  },
  { name: '256', concurrency: 256, latency: fixed, items: 4_000 },
];

/** The emulator's default, which decides its latencies. */
const SEED = 1;

interface Figures {
  /** Share of what the bar goes by: calls at concurrency/latency, or where latencies differ the greedy schedule. */
  readonly used: number;
  /** Share of the greedy schedule, whose last round need not fill all places. */
  readonly ofGreedy: number;
  /** From the first call to the last record. */
  readonly seconds: number;
  /** From the first call until as many were sent as there are places. */
  readonly rampSeconds: number;
  /** From the end of the answer that came last to the last record. */
  readonly tailSeconds: number;
  /** Share of the machine that other programs took meanwhile, 0 to 1. */
  readonly others: number | undefined;
}

/** Measures how much of its places a run uses where no limit holds it up. */
export const slots: Benchmark = async ({ items, repeats = 3, only, say }) => {
  const rows: Row[] = [['places', 'items', 'used', 'bar', 'of greedy', 'ramp', 'tail', 'others']];
  const missed: string[] = [];
  const figures = [];
  for (const scenario of chosen(scenarios, only)) {
    const { name, bar } = scenario;
    const runs: Figures[] = [];
    for (let repeat = 1; repeat <= repeats; repeat += 1) {
      const run = await measure({ ...scenario, items: items ?? scenario.items });
      say(
        `${name}, ${repeat} of ${repeats}: ${percent(run.used)} used, ${run.seconds.toFixed(2)} s, ramp ${run.rampSeconds.toFixed(2)} s, tail ${run.tailSeconds.toFixed(2)} s`,
      );
      runs.push(run);
    }
    const middle = (of: (run: Figures) => number): number => median(runs.map(of));
    const used = middle((run) => run.used);
    rows.push([
      name,
      String(items ?? scenario.items),
      percent(used),
      bar === undefined ? '' : `>= ${percent(bar)}`,
      percent(middle((run) => run.ofGreedy)),
      `${middle((run) => run.rampSeconds).toFixed(2)} s`,
      `${middle((run) => run.tailSeconds).toFixed(2)} s`,
      percent(Math.max(...runs.map(({ others = 0 }) => others))),
    ]);
    if (bar !== undefined && used < bar) missed.push(`${name}: ${percent(used)} used, not ${percent(bar)}`);
    figures.push({ name, used, runs });
  }
  return {
    text: `From the first call to the last record, median of ${repeats}
used: calls a second over places/latency; of uneven answers over a schedule that gives each free place the next call at once ("of greedy")
ramp: until as many calls were sent as there are places; tail: from the end of the last answer on; others: most of the machine

${table(rows)}`,
    figures,
    missed,
  };
};

async function measure({ concurrency, latency, items }: Scenario): Promise<Figures> {
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(concurrency) };
  return onStack(environment, async ({ stack, emulator }) => {
    await emulator.change({ latency });
    await stack.startWorker();
    const others = watchOthers();
    const { run } = await submitTexts(stack, 'slots', items);
    await untilEnded(stack, run);
    const share = others();
    const calls = (await textCalls(emulator)).map(({ seq, time, status }) => ({
      at: Date.parse(time),
      ms: latencyOf(latency, SEED, seq),
      status,
    }));
    if (calls.length !== items || calls.some(({ status }) => status !== 200)) {
      throw new Error(`${calls.length} calls for ${items} items, or not all of them answered with 200`);
    }
    const first = calls[0]?.at ?? Number.NaN;
    const last = await lastRecordAt(stack, run);
    const seconds = (last - first) / 1_000;
    const durations = calls.map(({ ms }) => ms / 1_000);
    const ofGreedy = greedy(durations, concurrency) / seconds;
    const even = durations.reduce((sum, duration) => sum + duration, 0) / concurrency;
    return {
      used: latency.kind === 'fixed' ? even / seconds : ofGreedy,
      ofGreedy,
      seconds,
      rampSeconds: ((calls[Math.min(concurrency, items) - 1]?.at ?? Number.NaN) - first) / 1_000,
      tailSeconds: (last - Math.max(...calls.map(({ at, ms }) => at + ms))) / 1_000,
      others: share,
    };
  });
}

/** Seconds that calls take in this order on so many places. */
function greedy(durations: readonly number[], places: number): number {
  const free = Array.from({ length: places }, () => 0);
  for (const duration of durations) {
    const next = free.indexOf(Math.min(...free));
    free[next] = (free[next] ?? 0) + duration;
  }
  return Math.max(...free);
}
