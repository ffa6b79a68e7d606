import { setTimeout as pause } from 'node:timers/promises';

import { emulatorKeys } from '../src/emulator/index.ts';
import type { SettingsChange } from '../src/emulator/settings.ts';
import { retryingLoop } from './support/retrying-loop.ts';
import { chosen, median, percent, table, type Benchmark, type Row } from './support/benchmark.ts';
import { textCalls, untilGenerations } from './support/emulator-calls.ts';
import { startEmulatorProcess } from './support/emulator-process.ts';
import { failedItems } from './support/failed-items.ts';
import { onStack } from './support/on-stack.ts';
import { watchOthers } from './support/processes.ts';
import { submitTexts } from './support/submit-job.ts';

interface Limit {
  readonly name: string;
  readonly lane: { readonly rps: number; readonly adaptive?: boolean };
  /** Calls a second from each second on. */
  readonly limits: readonly (readonly [from: number, rps: number])[];
  readonly burst: number;
  /** Bars: least share of what the limit allowed, most share of 429. */
  readonly bar: readonly [share: number, throttles: number];
}

interface Scenario extends Limit {
  readonly retryAfter: boolean;
}

const SECONDS = 120;
const WORKERS = 2;
/** Seconds that answers of the last calls may take. */
const TAIL_MS = 10_000;
const SPAN_SECONDS = 20;
const latency = { kind: 'lognormal', medianMs: 1_000, sigma: 0.5 } as const;

const found = { rps: 5, adaptive: true } as const;
const kinds: readonly Limit[] = [
  { name: 'known 10/s', lane: { rps: 10 }, limits: [[0, 10]], burst: 10, bar: [0.98, 0.01] },
  { name: 'hidden 10/s', lane: found, limits: [[0, 10]], burst: 10, bar: [0.95, 0.04] },
  {
    name: 'hidden 10-5-20/s',
    lane: found,
    limits: [
      [0, 10],
      [40, 5],
      [80, 20],
    ],
    burst: 10,
    bar: [0.8, 0.05],
  },
  { name: 'known 0.5/s', lane: { rps: 0.5 }, limits: [[0, 0.5]], burst: 1, bar: [0.93, 0.04] },
  { name: 'known 10/s burst 2', lane: { rps: 10 }, limits: [[0, 10]], burst: 2, bar: [0.93, 0.02] },
];
const scenarios: readonly Scenario[] = kinds.flatMap((kind) => [
  { ...kind, name: `${kind.name}/with`, retryAfter: true },
  { ...kind, name: `${kind.name}/without`, retryAfter: false },
]);

interface Figures {
  /** Admitted calls over those that the limit allowed. */
  readonly used: number;
  readonly throttles: number;
  readonly calls: number;
  /** Items that the run gave up. */
  readonly failed: number;
  /** Admitted calls a second, by spans of 20 s. */
  readonly rates: readonly number[];
  /** Share of the machine that other programs took meanwhile, 0 to 1. */
  readonly others: number | undefined;
}

/** Measures how much of an account's limit two workers use, known to them or not, and how often they meet it. */
export const limits: Benchmark = async ({ repeats = 3, only, say }) => {
  const results: { readonly scenario: Scenario; readonly runs: Figures[] }[] = [];
  for (const scenario of chosen(scenarios, only)) {
    const runs: Figures[] = [];
    for (let repeat = 1; repeat <= repeats; repeat += 1) {
      const figures = await measure(scenario);
      say(
        `${scenario.name}, ${repeat} of ${repeats}: ${percent(figures.used)} used, ${percent(figures.throttles)} of ${figures.calls} throttled, ${figures.failed} items failed, admitted a second ${figures.rates.map((rate) => rate.toFixed(1)).join(' ')}, others ${percent(figures.others ?? 0)}`,
      );
      runs.push(figures);
    }
    results.push({ scenario, runs });
  }
  return describe(results, await measureLoop());
};

async function measure(scenario: Scenario): Promise<Figures> {
  const { limits: steps, lane } = scenario;
  const environment = { POLLEN_BATCH_LANES: JSON.stringify({ all: { ...lane, concurrency: 64 } }) };
  return onStack(
    environment,
    async ({ stack, emulator }) => {
      await emulator.change({ latency, ...limitOf(scenario, steps[0]?.[1] ?? 1) });
      for (let started = 0; started < WORKERS; started += 1) await stack.startWorker();
      const others = watchOthers();
      const { run } = await submitTexts(stack, 'limits', Math.ceil(2 * allowedBy(scenario)));
      await untilGenerations(emulator, 1);
      // The first call is not always the first to be answered, and the journal holds what was answered.
      await pause(TAIL_MS);
      const startedAt = Date.parse((await textCalls(emulator))[0]?.time ?? '');
      for (const [from, rps] of steps.slice(1)) {
        await pause(startedAt + from * 1_000 - Date.now());
        await emulator.change(limitOf(scenario, rps));
      }
      await pause(startedAt + SECONDS * 1_000 + TAIL_MS - Date.now());
      const calls = (await textCalls(emulator))
        .map(({ time, status }) => ({ second: (Date.parse(time) - startedAt) / 1_000, status }))
        .filter(({ second }) => second < SECONDS);
      const admitted = calls.filter(({ status }) => status !== 429);
      const spans = Array.from({ length: SECONDS / SPAN_SECONDS }, (_, span) => span);
      return {
        used: admitted.length / allowedBy(scenario),
        throttles: 1 - admitted.length / calls.length,
        calls: calls.length,
        failed: await failedItems(stack, run),
        rates: spans.map(
          (span) =>
            admitted.filter(({ second }) => Math.floor(second / SPAN_SECONDS) === span).length / SPAN_SECONDS,
        ),
        others: others(),
      };
    },
    { unfinished: 'the job is longer than what is measured' },
  );
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

function describe(
  results: readonly { readonly scenario: Scenario; readonly runs: readonly Figures[] }[],
  bare: Awaited<ReturnType<typeof measureLoop>>,
) {
  const rows: Row[] = [['limit', 'used', 'bar', '429', 'bar', 'calls', 'failed', 'others']];
  const missed: string[] = [];
  const figures = results.map(({ scenario: { name, bar }, runs }) => {
    const used = median(runs.map((run) => run.used));
    const throttles = median(runs.map((run) => run.throttles));
    const calls = median(runs.map((run) => run.calls));
    rows.push([
      name,
      percent(used),
      `>= ${percent(bar[0])}`,
      percent(throttles),
      `<= ${percent(bar[1])}`,
      `${calls}`,
      String(Math.max(...runs.map(({ failed }) => failed))),
      percent(Math.max(...runs.map(({ others = 0 }) => others))),
    ]);
    if (used < bar[0]) missed.push(`${name}: ${percent(used)} used, not ${percent(bar[0])}`);
    if (throttles > bar[1]) missed.push(`${name}: ${percent(throttles)} throttled, not ${percent(bar[1])}`);
    if (runs.some(({ failed }) => failed > 0)) missed.push(`${name}: items failed`);
    return { name, used, throttles, runs };
  });
  const loop = `The bare loop at 10/s: ${bare.failed} of ${bare.items} items failed, ${percent(bare.throttles)} of its calls were throttled`;
  return {
    text: `${WORKERS} workers, ${SECONDS} s, answers of about 1 s; used: calls that were admitted over those that the limit allowed\n\n${table(rows)}\n\n${loop}`,
    figures: { scenarios: figures, bare },
    missed,
  };
}
