import { setTimeout as pause } from 'node:timers/promises';

import { emulatorKeys } from '../src/emulator/index.ts';
import type { SettingsChange } from '../src/emulator/settings.ts';
import { startProcessStack } from '../test/support/process-stack.ts';
import { writeSampleJob } from '../test/support/sample-job.ts';
import { retryingLoop } from './support/retrying-loop.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';
import { textCalls } from './support/emulator-calls.ts';
import { startEmulatorProcess, type EmulatorProcess } from './support/emulator-process.ts';

interface Scenario {
  readonly name: string;
  readonly lane: { readonly rps: number; readonly adaptive?: boolean };
  /** Calls a second from each second on. */
  readonly limits: readonly (readonly [from: number, rps: number])[];
  readonly burst: number;
  readonly retryAfter: boolean;
  /** Bars: least share of what the limit allowed, most share of 429. */
  readonly bar: readonly [share: number, throttles: number];
}

const SECONDS = 120;
const WORKERS = 2;
/** Seconds that answers of the last calls may take. */
const TAIL_MS = 10_000;
const latency = { kind: 'lognormal', medianMs: 1_000, sigma: 0.5 } as const;

const found = { rps: 5, adaptive: true } as const;
const scenarios: readonly Scenario[] = [
  {
    name: 'known 10/s',
    lane: { rps: 10 },
    limits: [[0, 10]],
    burst: 10,
    retryAfter: true,
    bar: [0.98, 0.01],
  },
  { name: 'hidden 10/s', lane: found, limits: [[0, 10]], burst: 10, retryAfter: true, bar: [0.95, 0.04] },
  {
    name: 'hidden 10 -> 5 -> 20/s',
    lane: found,
    limits: [
      [0, 10],
      [40, 5],
      [80, 20],
    ],
    burst: 10,
    retryAfter: false,
    bar: [0.8, 0.05],
  },
  {
    name: 'known 0.5/s',
    lane: { rps: 0.5 },
    limits: [[0, 0.5]],
    burst: 1,
    retryAfter: true,
    bar: [0.93, 0.04],
  },
  {
    name: 'known 10/s, burst 2',
    lane: { rps: 10 },
    limits: [[0, 10]],
    burst: 2,
    retryAfter: true,
    bar: [0.93, 0.02],
  },
];

interface Figures {
  readonly share: number;
  readonly throttles: number;
  readonly calls: number;
  readonly failed: number;
}

/** Measures how much of an account's limit two workers use, known to them or not, and how often they meet it. */
export const limits: Benchmark = async ({ repeats = 3, only, say }) => {
  const chosen = scenarios.filter(({ name }) => only === undefined || name === only);
  const results: { readonly scenario: Scenario; readonly runs: Figures[] }[] = [];
  for (const scenario of chosen) {
    const runs: Figures[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const figures = await measure(scenario);
      say(`${scenario.name}: ${percent(figures.share)} used, ${percent(figures.throttles)} throttled`);
      runs.push(figures);
    }
    results.push({ scenario, runs });
  }
  const bare = await measureLoop();
  return describe(results, bare);
};

async function measure(scenario: Scenario): Promise<Figures> {
  const { limits: steps, lane } = scenario;
  const emulator = await startEmulatorProcess();
  const environment = { POLLEN_BATCH_LANES: JSON.stringify({ all: { ...lane, concurrency: 64 } }) };
  const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment });
  try {
    await emulator.change({ latency, ...limitOf(scenario, steps[0]?.[1] ?? 1) });
    const texts = Math.ceil(2 * allowedBy(scenario));
    const file = await writeSampleJob(stack.folder, { name: 'limits', texts, images: 0 });
    for (let started = 0; started < WORKERS; started += 1) await stack.startWorker();
    const { code, stderr } = await stack.command('submit', file, '-o', 'json');
    if (code !== 0) throw new Error(`submit failed: ${stderr}`);
    const startedAt = await firstCall(emulator);
    for (const [from, rps] of steps.slice(1)) {
      await pause(startedAt + from * 1_000 - Date.now());
      await emulator.change(limitOf(scenario, rps));
    }
    await pause(startedAt + SECONDS * 1_000 + TAIL_MS - Date.now());
    const calls = (await textCalls(emulator)).filter(
      ({ time }) => Date.parse(time) - startedAt < SECONDS * 1_000,
    );
    const throttled = calls.filter(({ status }) => status === 429).length;
    return {
      share: (calls.length - throttled) / allowedBy(scenario),
      throttles: throttled / calls.length,
      calls: calls.length,
      failed: calls.filter(({ status }) => status !== 429 && status !== 200).length,
    };
  } finally {
    await stack.stop();
    await emulator.stop();
  }
}

/** What a person would write: 64 at a time, five tries, waits that double. */
async function measureLoop(): Promise<{
  readonly items: number;
  readonly failed: number;
  readonly throttles: number;
}> {
  const emulator = await startEmulatorProcess();
  try {
    await emulator.change({ latency, limits: { key: { rps: 10, burst: 10 } } });
    const items = 300;
    const failed = await retryingLoop({
      url: emulator.url,
      key: emulatorKeys.secret,
      items,
      width: 64,
      tries: 5,
    });
    const calls = await textCalls(emulator);
    return { items, failed, throttles: calls.filter(({ status }) => status === 429).length / calls.length };
  } finally {
    await emulator.stop();
  }
}

function limitOf({ burst, retryAfter }: Scenario, rps: number): SettingsChange {
  return { limits: { key: { rps, burst, retryAfter } } };
}

function allowedBy({ limits: steps, burst }: Scenario): number {
  return steps.reduce(
    (sum, [from, rps], index) => sum + ((steps[index + 1]?.[0] ?? SECONDS) - from) * rps,
    burst,
  );
}

async function firstCall(emulator: EmulatorProcess): Promise<number> {
  for (;;) {
    const [first] = await textCalls(emulator);
    if (first !== undefined) return Date.parse(first.time);
    await pause(200);
  }
}

function describe(
  results: readonly { readonly scenario: Scenario; readonly runs: readonly Figures[] }[],
  bare: Awaited<ReturnType<typeof measureLoop>>,
) {
  const rows: Row[] = [['limit', 'used', 'bar', '429', 'bar', 'calls']];
  const missed: string[] = [];
  const figures = results.map(({ scenario: { name, bar }, runs }) => {
    const share = median(runs.map((run) => run.share));
    const throttles = median(runs.map((run) => run.throttles));
    const calls = median(runs.map((run) => run.calls));
    rows.push([
      name,
      percent(share),
      `>= ${percent(bar[0])}`,
      percent(throttles),
      `<= ${percent(bar[1])}`,
      `${calls}`,
    ]);
    if (share < bar[0]) missed.push(`${name}: ${percent(share)} used, not ${percent(bar[0])}`);
    if (throttles > bar[1]) missed.push(`${name}: ${percent(throttles)} throttled, not ${percent(bar[1])}`);
    if (runs.some(({ failed }) => failed > 0)) missed.push(`${name}: calls failed`);
    return { name, share, throttles, runs };
  });
  const loop = `The bare loop at 10/s: ${bare.failed} of ${bare.items} items failed, ${percent(bare.throttles)} of its calls were throttled`;
  return {
    text: `${WORKERS} workers, ${SECONDS} s, answers of about 1 s; used: calls that were admitted over those that the limit allowed\n\n${table(rows)}\n\n${loop}`,
    figures: { scenarios: figures, bare },
    missed,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
