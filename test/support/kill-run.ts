import { setTimeout as pause } from 'node:timers/promises';
import type { Emulator } from '../../src/emulator/index.ts';
import type { FaultRates } from '../../src/emulator/faults.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import type { ProcessStack } from './process-stack.ts';
import { wishOf, writeSampleJob, type SampleJob } from './sample-job.ts';
import { seededRandom } from './seeded-random.ts';

/** Faults of 15 % of all calls: refused, broken off before and after the generation, cut in every way, late. */
export const manyFaults: FaultRates = {
  '429': 0.015,
  '429-retry-after': 0.01,
  '500': 0.015,
  '502': 0.015,
  '503': 0.01,
  '524': 0.01,
  reset: 0.015,
  lost: 0.015,
  'cut-length': 0.01,
  'cut-chunked': 0.01,
  'cut-close': 0.01,
  placeholder: 0.015,
};

export interface KillRunOptions {
  readonly job: SampleJob;
  /** How often the worker is killed. */
  readonly kills: number;
  /** How often Temporal is killed besides, in between. @default 0 */
  readonly serverKills?: number;
  /** Share of the items' requests by which the last kill comes: a run with a budget makes fewer. @default 0.85 */
  readonly share?: number;
  /** Decides when. */
  readonly seed: number;
  /** Another run, started with the first; the first kill comes when so many of its calls have been answered. */
  readonly alongside?: { readonly start: () => Promise<RunLocation>; readonly killAfter: number };
  /** Hears what happens, as a sentence. */
  readonly say?: (sentence: string) => void;
}

/** What happened to a run whose worker was killed. */
export interface KillRun {
  readonly run: RunLocation;
  /** The other run, where there was one. */
  readonly alongside?: RunLocation;
  /** Requests that the emulator had seen at each kill of the worker. */
  readonly killedAt: readonly number[];
  readonly seconds: number;
}

/** Longer than it takes the API to answer and the worker to store: a kill may hit any moment of a call. */
const MAX_DELAY_MS = 150;

/**
 * Submits a job and kills the worker process by SIGKILL while it works, each time at a random point of the run, and
 * starts another; Temporal comes back by itself. Resolves when the run has ended.
 */
export async function runWithKills(
  stack: ProcessStack,
  emulator: Emulator,
  { job, kills, serverKills = 0, share = 0.85, seed, alongside, say = () => {} }: KillRunOptions,
): Promise<KillRun> {
  const random = seededRandom(seed);
  const items = job.texts + job.images;
  // Not later: a kill shall find work to do.
  const points = Array.from({ length: kills + serverKills }, (_, index) => ({
    at: Math.floor((0.05 + (share - 0.05) * random()) * items),
    isServer: index >= kills,
  })).sort((left, right) => left.at - right.at);
  stack.wishes(job.name, wishOf(job));
  const file = await writeSampleJob(stack.folder, job);
  let worker = await stack.startWorker();
  const startedAt = performance.now();
  const submitted = await stack.command('submit', file, '-o', 'json');
  if (submitted.code !== 0) throw new Error(`submit failed: ${submitted.stderr}`);
  const { runId } = JSON.parse(submitted.stdout) as { readonly runId: string };
  const run = { ...stack.session.location, job: job.name, runId };
  const before = emulator.meter().requests;
  const killedAt: number[] = [];
  const other = await alongside?.start();
  const requestsOf = ({ runId: id }: RunLocation): number =>
    emulator.journal().filter(({ requestId }) => requestId.startsWith(`${id}-`)).length;
  for (const [index, { at, isServer }] of points.entries()) {
    const isDue = (): boolean =>
      other !== undefined && alongside !== undefined && index === 0
        ? requestsOf(other) >= alongside.killAfter
        : emulator.meter().requests - before >= at;
    while (!isDue()) await pause(5);
    await pause(random() * MAX_DELAY_MS);
    if (isServer) {
      say(`Temporal killed after ${emulator.meter().requests - before} requests`);
      await stack.temporal.killAndRestart();
      continue;
    }
    await worker.stop({ fast: true });
    killedAt.push(emulator.meter().requests - before);
    say(`worker killed after ${killedAt.at(-1)} requests`);
    worker = await stack.startWorker();
  }
  await untilEnded(stack, run);
  if (other !== undefined) await untilEnded(stack, other);
  await worker.stop();
  const seconds = (performance.now() - startedAt) / 1_000;
  return { run, ...(other === undefined ? {} : { alongside: other }), killedAt, seconds };
}

/** Waits for the end of a run's workflow. */
export async function untilEnded({ session }: ProcessStack, run: RunLocation): Promise<void> {
  await session.temporal.client.workflow.getHandle(runWorkflowId(run.runId)).result();
}
