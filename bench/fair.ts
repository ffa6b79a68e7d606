import { untilEnded } from '../test/support/kill-run.ts';
import type { ProcessStack } from '../test/support/process-stack.ts';
import { chosen, median, percent, table, type Benchmark, type Row } from './support/benchmark.ts';
import { generationsOf, untilGenerations } from './support/emulator-calls.ts';
import { onStack } from './support/on-stack.ts';
import { watchOthers } from './support/processes.ts';
import { resultLines } from './support/result-lines.ts';
import { runTimes } from './support/run-times.ts';
import { submitTexts } from './support/submit-job.ts';

interface Scenario {
  /** Slots of the lane. */
  readonly name: string;
  readonly slots: number;
  /** Most times the time that the small job takes alone. */
  readonly bar: number;
}

const scenarios: readonly Scenario[] = [
  { name: '32', slots: 32, bar: 2 },
  { name: '8', slots: 8, bar: 3 },
];
const SMALL = 10;
const latency = { kind: 'lognormal', medianMs: 500, sigma: 0.5 } as const;

/** Measures how long a small job takes while a big one has the same lane. */
export const fair: Benchmark = async ({ items = 100_000, repeats = 3, only, say }) => {
  const rows: Row[] = [['slots', 'alone', 'beside', 'times', 'bar', 'submit', 'done', 'others']];
  const missed: string[] = [];
  const figures = [];
  for (const { slots, bar } of chosen(scenarios, only)) {
    const { alone, beside, ...rest } = await measure(slots, items, repeats, say);
    const times = beside.seconds / alone.seconds;
    rows.push([
      String(slots),
      secondsOf(alone),
      secondsOf(beside),
      times.toFixed(2),
      `<= ${bar}`,
      `${rest.submitSeconds.toFixed(1)} s`,
      String(rest.done),
      percent(rest.others ?? 0),
    ]);
    if (times > bar) missed.push(`${slots} slots: ${times.toFixed(2)} times its time alone, not ${bar}`);
    figures.push({ slots, alone, beside, times, ...rest });
  }
  return {
    text: `A job of ${SMALL} items, from its workflow's start to its end, alone and beside a job of ${items}, median of ${repeats}; in parentheses its slowest answer
submit: how long the big job took to be submitted; done: its calls that were answered in the end; others: share of the machine

${table(rows)}`,
    figures,
    missed,
  };
};

/** Of one small job. */
interface Took {
  readonly seconds: number;
  /** What no schedule can shorten. */
  readonly slowestAnswer: number;
}

async function measure(slots: number, items: number, repeats: number, say: (sentence: string) => void) {
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(slots) };
  return onStack(
    environment,
    async ({ stack, emulator }) => {
      await emulator.change({ latency, cacheMode: 'none' });
      await stack.startWorker();
      const others = watchOthers();
      const several = async (name: string): Promise<Took> => {
        const took: Took[] = [];
        for (let repeat = 1; repeat <= repeats; repeat += 1) {
          const one = await timed(stack, `${name}-${repeat}`);
          say(`${slots} slots, ${name}, ${repeat} of ${repeats}: ${secondsOf(one)}`);
          took.push(one);
        }
        return {
          seconds: median(took.map(({ seconds }) => seconds)),
          slowestAnswer: median(took.map(({ slowestAnswer }) => slowestAnswer)),
        };
      };
      // The first run of a worker pays for what is loaded once.
      await timed(stack, 'warm-up');
      const alone = await several('alone');
      const before = await generationsOf(emulator);
      const { run, submit } = await submitTexts(stack, 'big', items);
      say(`${slots} slots: ${items} items submitted in ${submit.seconds.toFixed(1)} s`);
      await untilGenerations(emulator, before + 4 * slots);
      const beside = await several('beside');
      const done = (await generationsOf(emulator)) - before - SMALL * repeats;
      const { endedAt } = await runTimes(stack, run);
      if (endedAt !== undefined) throw new Error('the big job was over too soon: give it more items');
      return { alone, beside, submitSeconds: submit.seconds, done, others: others() };
    },
    { unfinished: 'the big job is longer than what is measured' },
  );
}

async function timed(stack: ProcessStack, name: string): Promise<Took> {
  const { run } = await submitTexts(stack, name, SMALL);
  await untilEnded(stack, run);
  const { startedAt, endedAt = Number.NaN } = await runTimes(stack, run);
  let slowest = 0;
  for await (const { attempts } of resultLines(stack, run)) {
    slowest = Math.max(slowest, ...attempts.map(({ latencyMs = 0 }) => latencyMs));
  }
  return { seconds: (endedAt - startedAt) / 1_000, slowestAnswer: slowest / 1_000 };
}

function secondsOf({ seconds, slowestAnswer }: Took): string {
  return `${seconds.toFixed(2)} s (${slowestAnswer.toFixed(2)})`;
}
