import { runWorkflowId } from '../src/workflows/ids.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import { runBareLoop, writeCalls } from './support/bare-run.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';
import { firstRecordAt } from './support/call-times.ts';
import { untilQuiet } from './support/emulator-calls.ts';
import { onStack, type Servers } from './support/on-stack.ts';
import { watchOthers } from './support/processes.ts';
import { runTimes } from './support/run-times.ts';
import { submitTexts, writeTableJob } from './support/submit-job.ts';

const BAR_SECONDS = 1.5;
const WIDTH = 64;
const SMALL = 10;

interface First {
  readonly seconds: number;
  readonly submitSeconds: number;
}

/**
 * Measures how soon a run has its first record. The API answers at once, so that all of it is the product's own. A large
 * run is ended after its first record.
 */
export const firstResult: Benchmark = async ({ items = 100_000, repeats = 3, say }) => {
  const sizes = [...new Set([SMALL, items])];
  const others = watchOthers();
  const { cold, bare, found } = await onStack(
    { POLLEN_BATCH_RPS: 'none' },
    async (servers) => {
      await servers.emulator.change({ cacheMode: 'none' });
      await servers.stack.startWorker();
      // The first run of a worker pays for what is loaded once.
      const cold = await measure(servers, 'cold', SMALL);
      say(`first run of the worker: ${cold.seconds.toFixed(3)} s`);
      const bare = await measureBare(servers, repeats);
      const found = [];
      for (const size of sizes) {
        const runs: First[] = [];
        for (let repeat = 1; repeat <= repeats; repeat += 1) {
          const first = await measure(servers, `first-${size}-${repeat}`, size);
          say(
            `${size} items, ${repeat} of ${repeats}: ${first.seconds.toFixed(3)} s (submit ${first.submitSeconds.toFixed(1)} s)`,
          );
          runs.push(first);
        }
        found.push({ size, runs, seconds: median(runs.map(({ seconds }) => seconds)) });
      }
      return { cold, bare, found };
    },
    { unfinished: 'the large ones are left when they have their first result' },
  );
  const rows: Row[] = [['', 's', 'bar', 'submit s']];
  rows.push(['bare loop, its first PUT', bare.toFixed(3)]);
  rows.push(['first run of a worker', cold.seconds.toFixed(3), '', cold.submitSeconds.toFixed(1)]);
  for (const { size, runs, seconds } of found) {
    const submit = median(runs.map(({ submitSeconds }) => submitSeconds));
    rows.push([`run of ${size} items`, seconds.toFixed(3), `<= ${BAR_SECONDS}`, submit.toFixed(1)]);
  }
  const share = ((others() ?? 0) * 100).toFixed(0);
  return {
    text: `From the start of the run's workflow to its first record, median of ${repeats}; other programs took ${share} % of the machine\n\n${table(rows)}`,
    figures: { bare, cold, found },
    missed: found.flatMap(({ size, seconds }) =>
      seconds <= BAR_SECONDS ? [] : [`${size} items: the first record came after ${seconds.toFixed(2)} s`],
    ),
  };
};

async function measure({ stack, emulator }: Servers, name: string, items: number): Promise<First> {
  const { run, submit } = await submitTexts(stack, name, items);
  const firstAt = await firstRecordAt(stack, run);
  const { startedAt } = await runTimes(stack, run);
  if (items > SMALL) {
    await stack.session.temporal.client.workflow.getHandle(runWorkflowId(run.runId)).terminate();
    await untilQuiet(emulator);
  } else {
    await untilEnded(stack, run);
  }
  return { seconds: (firstAt - startedAt) / 1_000, submitSeconds: submit.seconds };
}

/** Seconds from a bare loop's first call to its first answer stored. */
async function measureBare(servers: Servers, repeats: number): Promise<number> {
  const { job } = await writeTableJob(servers.stack.folder, 'bare', SMALL);
  const calls = await writeCalls(servers.stack, job);
  const runs: number[] = [];
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    const { firstSeconds } = await runBareLoop(servers, calls, { prefix: `bare/${repeat}`, width: WIDTH });
    runs.push(firstSeconds);
  }
  return median(runs);
}
