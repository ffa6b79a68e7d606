import type { Client } from '@temporalio/client';

import { emulatorKeys } from '../src/emulator/index.ts';
import { latencyOf, type Latency } from '../src/emulator/latency.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import { startProcessStack } from '../test/support/process-stack.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';
import { textCalls } from './support/emulator-calls.ts';
import { startEmulatorProcess } from './support/emulator-process.ts';
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
  { name: '8 wide', concurrency: 8, latency: fixed, items: 2_000, bar: 0.95 },
  { name: '64 wide', concurrency: 64, latency: fixed, items: 2_000, bar: 0.93 },
  {
    name: '64 wide, uneven',
    concurrency: 64,
    latency: { kind: 'lognormal', medianMs: 500, sigma: 1 },
    items: 10_000,
    bar: 0.9,
  },
  { name: '256 wide', concurrency: 256, latency: fixed, items: 4_000 },
];

interface Figures {
  /** Seconds from the first call to the last record. */
  readonly seconds: number;
  /** The same if every place had its next call at once. */
  readonly perfect: number;
  /** Share of the machine that other programs took meanwhile, 0 to 1. */
  readonly others: number | undefined;
}

/** Measures how much of its places a run uses where no limit holds it up. */
export const slots: Benchmark = async ({ items, repeats = 3, only, say }) => {
  const chosen = scenarios.filter(({ name }) => only === undefined || name === only);
  const rows: Row[] = [['places', 'items', 'used', 'bar', 'others']];
  const missed: string[] = [];
  const figures = [];
  for (const scenario of chosen) {
    const runs: Figures[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      runs.push(await measure({ ...scenario, items: items ?? scenario.items }));
      say(`${scenario.name}: ${percent(shareOf(runs.at(-1)))} used`);
    }
    const share = median(runs.map(shareOf));
    const { name, bar } = scenario;
    rows.push([
      name,
      String(items ?? scenario.items),
      percent(share),
      bar === undefined ? '' : `>= ${percent(bar)}`,
      percent(Math.max(...runs.map(({ others = 0 }) => others))),
    ]);
    if (bar !== undefined && share < bar) missed.push(`${name}: ${percent(share)} used, not ${percent(bar)}`);
    figures.push({ name, share, runs });
  }
  const head =
    'from the first call to the last record; used: beside places that have their next call at once';
  return { text: `${head}\n\n${table(rows)}`, figures, missed };
};

async function measure({ concurrency, latency, items }: Scenario): Promise<Figures> {
  const emulator = await startEmulatorProcess();
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(concurrency) };
  const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment });
  try {
    await emulator.change({ latency });
    await stack.startWorker();
    const others = watchOthers();
    const run = await submitTexts(stack, 'slots', items);
    await untilEnded(stack, run);
    const calls = await textCalls(emulator);
    const from = Math.min(...calls.map(({ time }) => Date.parse(time)));
    const to = await lastRecordAt(stack.session.temporal.client, run.runId);
    const durations = calls.map(({ seq }) => latencyOf(latency, 1, seq) / 1_000);
    return {
      seconds: (to - from) / 1_000,
      perfect: greedy(durations, concurrency),
      others: others(),
    };
  } finally {
    await stack.stop();
    await emulator.stop();
  }
}

/** When the last call's activity ended, by Temporal's clock: its record is its last act. */
async function lastRecordAt(client: Client, runId: string): Promise<number> {
  let last = 0;
  const query = `WorkflowId STARTS_WITH "${runWorkflowId(runId)}/"`;
  for await (const { workflowId, runId: execution } of client.workflow.list({ query })) {
    const { events } = await client.workflow.getHandle(workflowId, execution).fetchHistory();
    const ended = (events ?? []).filter(({ activityTaskCompletedEventAttributes: ended }) => ended != null);
    // The last one seals the page.
    const { eventTime } = ended.at(-2) ?? {};
    last = Math.max(last, Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6);
  }
  return last;
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

function shareOf(figures: Figures | undefined): number {
  return figures === undefined ? Number.NaN : figures.perfect / figures.seconds;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
