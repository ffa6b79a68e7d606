import { setTimeout as pause } from 'node:timers/promises';

import { lookAt } from '../src/commands/runs/follow.ts';
import type { JournalEntry } from '../src/emulator/index.ts';
import type { SettingsChange } from '../src/emulator/settings.ts';
import { formatAmount, parseAmount } from '../src/pollen/amount.ts';
import type { RunLocation } from '../src/storage/keys.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { runViewQuery, type RunView } from '../src/workflows/messages.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import type { ProcessStack } from '../test/support/process-stack.ts';
import { judgeRun, type Verdict } from '../test/support/witness.ts';
import { chosen, table, type Benchmark, type Row } from './support/benchmark.ts';
import { meterOf, textCalls, untilGenerations } from './support/emulator-calls.ts';
import type { EmulatorProcess } from './support/emulator-process.ts';
import { onStack } from './support/on-stack.ts';
import { submitTexts } from './support/submit-job.ts';

interface Scenario {
  readonly name: string;
  /** What the API says when there is no credit: of an empty wallet, or by a fault of each call. */
  readonly refusal: 'wallet' | '402-budget' | '403-balance' | 'balance-notice';
  readonly wakes: 'by itself' | 'by resume';
}

const scenarios: readonly Scenario[] = [
  { name: 'wallet/by-itself', refusal: 'wallet', wakes: 'by itself' },
  { name: 'wallet/resume', refusal: 'wallet', wakes: 'by resume' },
  { name: 'key-budget/by-itself', refusal: '402-budget', wakes: 'by itself' },
  { name: 'seed-403/by-itself', refusal: '403-balance', wakes: 'by itself' },
  { name: 'notice/by-itself', refusal: 'balance-notice', wakes: 'by itself' },
];

/** Calls in flight at once. */
const WINDOW = 16;
const LATENCY_MS = 200;
/** What the wallet has before and after it was empty, Pollen. */
const FULL = '10000';

interface Figures {
  readonly verdict: Verdict;
  readonly meter: string;
  /** Calls that had been generated when the first one was refused. */
  readonly refusedAt: number;
  /** Calls that came after the first that was refused, before there was credit again. */
  readonly after: number;
  /** Of all refused calls, those that came when there was credit again. */
  readonly refusedLate: number;
  /** From the first refusal until the run says that it is paused. */
  readonly pauseSeconds: number;
  /** From the top-up until the next call came. */
  readonly wakeSeconds: number;
  readonly seconds: number;
}

/** Takes a run's credit away in its middle, gives it back, and holds run, refusals and bill against the emulator. */
export const credit: Benchmark = async ({ items = 1_000, only, say }) => {
  const rows: Row[] = [
    ['', 'refused at', 'calls after', 'paused in', 'called again', 'all', 'bill', "emulator's meter"],
  ];
  const figures = [];
  const missed: string[] = [];
  for (const scenario of chosen(scenarios, only)) {
    const found = await measure(scenario, items);
    const { verdict, meter } = found;
    const row: Row = [
      scenario.name,
      String(found.refusedAt),
      String(found.after),
      `${found.pauseSeconds.toFixed(1)} s`,
      `after ${found.wakeSeconds.toFixed(1)} s`,
      `${found.seconds.toFixed(1)} s`,
      verdict.billed,
      meter,
    ];
    say(row.join(' · '));
    rows.push(row);
    figures.push({ ...found, name: scenario.name });
    missed.push(...missedBy(found, items).map((bar) => `${scenario.name}: ${bar}`));
  }
  return {
    text: `${items} items, ${WINDOW} calls in flight at once, credit gone in the middle
calls after: sent after the first that was refused, before there was credit again; bar: no more than ${WINDOW}

${table(rows)}`,
    figures,
    missed,
  };
};

function missedBy({ verdict, meter, after, refusedLate }: Figures, items: number): readonly string[] {
  const { lostOrDoubled, wrongBytes, changedRequests, wrongCosts } = verdict;
  const wrong = [lostOrDoubled, wrongBytes, changedRequests, wrongCosts];
  const isExact = verdict.billed === meter && verdict.reported === meter && verdict.unknownCharges === 0;
  return [
    ...(after <= WINDOW ? [] : [`${after} calls after the first that was refused`]),
    ...(refusedLate === 0 ? [] : [`${refusedLate} calls refused after the top-up`]),
    ...(verdict.state === 'completed' && verdict.succeeded === items ? [] : [`it ended as ${verdict.state}`]),
    ...(wrong.every((ids) => ids.length === 0)
      ? []
      : ['items are lost, doubled, changed or wrongly charged']),
    ...(isExact ? [] : [`the bill is ${verdict.billed}, the meter ${meter}`]),
  ];
}

function measure({ refusal, wakes }: Scenario, items: number): Promise<Figures> {
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(WINDOW) };
  return onStack(environment, async ({ stack, emulator }) => {
    await emulator.change({ latency: { kind: 'fixed', ms: LATENCY_MS } });
    await stack.startWorker();
    const startedAt = Date.now();
    const { run } = await submitTexts(stack, 'credit', items);
    await untilGenerations(emulator, Math.floor(items / 4));
    if (refusal !== 'wallet') await untilGenerations(emulator, Math.floor(items / 2));
    await emulator.change(await gone(emulator, refusal, Math.floor(items / 2)));
    await until(async () => (await viewOf(stack, run)).paused?.[0]?.reason === 'credit');
    const pausedAt = Date.now();
    // What was in flight has its record, or is back on its page.
    await until(async () => {
      const sight = await lookAt(stack.session, run);
      return sight.kind === 'running' && sight.inFlight === 0;
    });
    const before = await textCalls(emulator);
    const toppedUpAt = Date.now();
    await emulator.change(refusal === 'wallet' ? { wallet: FULL } : { faults: {} });
    if (wakes === 'by resume') await stack.command('resume', run.runId);
    await untilEnded(stack, run);
    const seconds = (Date.now() - startedAt) / 1_000;

    const calls = await textCalls(emulator);
    const first = calls.findIndex(isRefused);
    const arrivals = calls.map(({ time }) => Date.parse(time));
    return {
      verdict: await judgeRun(stack.session.store, run, calls),
      meter: (await meterOf(emulator)).charged,
      refusedAt: calls.slice(0, first).length,
      after: before.length - first - 1,
      refusedLate: calls.slice(before.length).filter(isRefused).length,
      pauseSeconds: (pausedAt - (arrivals[first] ?? Number.NaN)) / 1_000,
      wakeSeconds: ((arrivals[before.length] ?? Number.NaN) - toppedUpAt) / 1_000,
      seconds,
    };
  });
}

/** How the credit goes: a wallet has enough for so many calls, by what those so far have cost. */
async function gone(
  emulator: EmulatorProcess,
  refusal: Scenario['refusal'],
  after: number,
): Promise<SettingsChange> {
  if (refusal !== 'wallet') return { faults: { [refusal]: 1 } };
  const { charged, generations } = await meterOf(emulator);
  const left = (parseAmount(charged) * BigInt(after - generations)) / BigInt(generations);
  return { wallet: formatAmount(left) };
}

// The notice comes as a text that was answered and cost nothing.
function isRefused({ fault, status, generated }: JournalEntry): boolean {
  return !generated && (status !== 200 || fault !== undefined);
}

function viewOf({ session }: ProcessStack, { runId }: RunLocation): Promise<RunView> {
  return session.temporal.client.workflow.getHandle(runWorkflowId(runId)).query(runViewQuery);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(100);
}
