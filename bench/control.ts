import { setTimeout as pause } from 'node:timers/promises';

import type { RunLocation } from '../src/storage/keys.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import type { ProcessStack } from '../test/support/process-stack.ts';
import { judgeRun } from '../test/support/witness.ts';
import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { meterOf, textCalls, untilGenerations } from './support/emulator-calls.ts';
import type { EmulatorProcess } from './support/emulator-process.ts';
import { onStack } from './support/on-stack.ts';
import { submitTexts } from './support/submit-job.ts';

/** Calls in flight at once, and with how many it goes on. */
const WINDOW = 16;
const FEWER = 4;
const LATENCY_MS = 400;
/** Seconds within which a command has to be in force after it has returned. */
const BAR = 2;
const WORKERS = 2;
/** Seconds from now, which count from the deadline on. */
const DEADLINE_S = 1;

/** Suspends, resumes and changes a run of two workers by commands, and measures when the API sees it. */
export const control: Benchmark = async ({ items = 600, say }) => {
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(WINDOW) };
  const { figures, state, billed, metered } = await onStack(environment, async ({ stack, emulator }) => {
    await emulator.change({ latency: { kind: 'fixed', ms: LATENCY_MS } });
    for (let count = 0; count < WORKERS; count += 1) await stack.startWorker();
    const { run } = await submitTexts(stack, 'control', items, { budget: '10' });
    await untilGenerations(emulator, Math.floor(items / 5));
    const found: Record<string, number> = {};
    found['suspend'] = await lastSendAfter(emulator, () => stack.command('suspend', run.runId));
    found['resume'] = await firstSendAfter(emulator, () => stack.command('resume', run.runId));
    await untilGenerations(emulator, Math.floor((2 * items) / 5));
    found['set --concurrency'] = await fewerAfter(stack, emulator, run);
    const set = (...values: readonly string[]) => stack.command('set', run.runId, ...values);
    await set('--concurrency', 'none');
    // Less than it has spent: it parks.
    found['set --budget, lower'] = await lastSendAfter(emulator, () => set('--budget', '0.00000001'));
    found['set --budget, higher'] = await firstSendAfter(emulator, () => set('--budget', '10'));
    const late = await lastSendAfter(emulator, () => set('--deadline', `${DEADLINE_S}s`));
    found['set --deadline'] = Math.max(0, late - DEADLINE_S);
    await untilEnded(stack, run);
    const verdict = await judgeRun(stack.session.store, run, await textCalls(emulator));
    const { billed: sum, state: end } = verdict;
    return { figures: found, state: end, billed: sum, metered: (await meterOf(emulator)).charged };
  });
  for (const [name, seconds] of Object.entries(figures)) say(`${name} · ${seconds.toFixed(2)} s`);
  const rows: Row[] = [['', 'in force after']];
  for (const [name, seconds] of Object.entries(figures)) rows.push([name, `${seconds.toFixed(2)} s`]);
  const late = Object.entries(figures).filter(([, seconds]) => seconds > BAR);
  return {
    text: `${items} items, ${WORKERS} workers, ${LATENCY_MS} ms a call; seconds from the command's return, bar: ${BAR}

${table(rows)}`,
    figures: [{ ...figures, billed, metered }],
    missed: [
      ...late.map(([name, seconds]) => `${name}: in force after ${seconds.toFixed(2)} s`),
      // Else nothing was left that its deadline could end.
      ...(state === 'expired' ? [] : [`the run has ended as ${state}, and not by its deadline`]),
      ...(billed === metered ? [] : [`the bill is ${billed}, the meter ${metered}`]),
    ],
  };
};

/** Seconds until the last call is sent that is sent before the run goes on. */
async function lastSendAfter(emulator: EmulatorProcess, command: () => Promise<unknown>): Promise<number> {
  await command();
  const returned = Date.now();
  await pause(6_000);
  const last = Math.max(...(await textCalls(emulator)).map(({ time }) => Date.parse(time)));
  return Math.max(0, last - returned) / 1_000;
}

async function firstSendAfter(emulator: EmulatorProcess, command: () => Promise<unknown>): Promise<number> {
  const before = (await textCalls(emulator)).length;
  await command();
  const returned = Date.now();
  await untilGenerations(emulator, before + 1);
  const times = (await textCalls(emulator)).map(({ time }) => Date.parse(time));
  return Math.max(0, Math.min(...times.slice(before)) - returned) / 1_000;
}

/** Seconds until the last call is sent beside more others than there may be. */
async function fewerAfter(stack: ProcessStack, emulator: EmulatorProcess, run: RunLocation): Promise<number> {
  await stack.command('set', run.runId, '--concurrency', String(FEWER));
  const returned = Date.now();
  await pause(6_000);
  const times = (await textCalls(emulator))
    .map(({ time }) => Date.parse(time))
    .sort((left, right) => left - right);
  const crowded = times.filter(
    (time, index) =>
      time > returned && times.slice(0, index).filter((other) => other > time - LATENCY_MS).length >= FEWER,
  );
  return Math.max(0, ...crowded.map((time) => time - returned)) / 1_000;
}
