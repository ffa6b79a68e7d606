import { setTimeout as pause } from 'node:timers/promises';

import { emulatorKeys } from '../src/emulator/index.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../test/support/process-stack.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';
import { textCalls } from './support/emulator-calls.ts';
import { startEmulatorProcess } from './support/emulator-process.ts';
import { submitTexts } from './support/submit-job.ts';

interface Scenario {
  readonly slots: number;
  /** Most times the time that the small job takes alone. */
  readonly bar: number;
}

const scenarios: readonly Scenario[] = [
  { slots: 32, bar: 2 },
  { slots: 8, bar: 3 },
];
const SMALL = 10;
const latency = { kind: 'lognormal', medianMs: 500, sigma: 0.5 } as const;

/** Measures how long a small job takes while a big one has the same lane. */
export const fair: Benchmark = async ({ items = 100_000, repeats = 3, only, say }) => {
  const rows: Row[] = [['slots', 'alone', `beside ${items} items`, 'times', 'bar']];
  const missed: string[] = [];
  const figures = [];
  for (const { slots, bar } of scenarios) {
    if (only !== undefined && only !== String(slots)) continue;
    const { alone, beside } = await measure(slots, items, repeats, say);
    const times = beside / alone;
    rows.push([
      String(slots),
      `${alone.toFixed(1)} s`,
      `${beside.toFixed(1)} s`,
      times.toFixed(2),
      `<= ${bar}`,
    ]);
    if (times > bar) missed.push(`${slots} slots: ${times.toFixed(2)} times its time alone, not ${bar}`);
    figures.push({ slots, alone, beside, times });
  }
  return {
    text: `A job of ${SMALL} items, from its workflow's start to its marker\n\n${table(rows)}`,
    figures,
    missed,
  };
};

async function measure(slots: number, items: number, repeats: number, say: (sentence: string) => void) {
  const emulator = await startEmulatorProcess();
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(slots) };
  const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment });
  try {
    await emulator.change({ latency, cacheMode: 'none' });
    await stack.startWorker();
    const alone: number[] = [];
    const beside: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) alone.push(await timed(stack, `alone-${repeat}`));
    say(`${slots} slots, alone: ${median(alone).toFixed(1)} s`);
    const big = await submitTexts(stack, 'big', items);
    const before = SMALL * repeats;
    while ((await textCalls(emulator)).length < before + 4 * slots) await pause(200);
    for (let repeat = 0; repeat < repeats; repeat += 1) beside.push(await timed(stack, `beside-${repeat}`));
    say(`${slots} slots, beside the big one: ${median(beside).toFixed(1)} s`);
    const { status } = await stack.session.temporal.client.workflow
      .getHandle(runWorkflowId(big.runId))
      .describe();
    if (status.name !== 'RUNNING') throw new Error('the big job was over too soon: give it more items');
    return { alone: median(alone), beside: median(beside) };
  } finally {
    await stack.stop();
    await emulator.stop();
  }
}

/** Seconds that the workflow of a small job takes. */
async function timed(stack: ProcessStack, name: string): Promise<number> {
  const run = await submitTexts(stack, name, SMALL);
  await untilEnded(stack, run);
  const handle = stack.session.temporal.client.workflow.getHandle(runWorkflowId(run.runId));
  const { startTime, closeTime } = await handle.describe();
  return ((closeTime?.getTime() ?? Number.NaN) - startTime.getTime()) / 1_000;
}
