import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { WorkflowNotFoundError } from '@temporalio/client';

import { runWorkflowId } from '../../../src/workflows/ids.ts';
import { runViewQuery } from '../../../src/workflows/messages.ts';
import type { Evidence } from '../../checker/evidence.ts';
import type { World } from '../world/world.ts';
import { nemesisJob, type NemesisJob } from './job.ts';

/** A job that was submitted, as people stand before it. */
export interface LoadedRun {
  readonly job: NemesisJob;
  readonly runId: string;
  readonly sights: NonNullable<Evidence['sights']>[number][];
  hasEnded: boolean;
}

/** People who submit one job after the other, look at their runs, and let those go on that wait for them. */
export interface Load {
  readonly runs: readonly LoadedRun[];
  /** What went wrong in their eyes: a command that ended in a way that none may, or a run id that changed. */
  readonly complaints: readonly string[];
  /** The command line that submits a job which nobody has submitted yet; it is submitted again by the load. */
  nextSubmit(): Promise<readonly string[]>;
  /** Goes on until it is told that no more is to come, and resolves when all runs have ended, or the patience has. */
  run(isOver: () => boolean, patienceMs: number): Promise<void>;
  /** Sends everybody home: they do nothing more once they have an answer to what they do now. */
  giveUp(): void;
}

/** Runs under way at once. */
const WIDTH = 4;
const LOOK_MS = 1_000;
/** How long a run may be paused before somebody lets it go on. */
const PAUSED_MS = 8_000;
/** Exit codes of a command that could not do what it was asked for, and has said why: the README lists them. */
const honestCodes = new Set([0, 1, 4, 5, 6]);

/** Makes the people of a world. */
export function createLoad(world: World, items: number): Load {
  const runs: LoadedRun[] = [];
  const complaints: string[] = [];
  /** Jobs whose submit somebody else has begun. */
  const begun: NemesisJob[] = [];
  let jobs = 0;
  const home = new AbortController();

  const fileOf = async (job: NemesisJob): Promise<string> => {
    const file = join(world.stack.folder, `${job.name}.json`);
    await writeFile(file, job.text);
    return file;
  };
  const next = (): NemesisJob => nemesisJob((jobs += 1), items);

  async function submit(job: NemesisJob): Promise<LoadedRun | undefined> {
    const file = await fileOf(job);
    while (!home.signal.aborted) {
      const { code, stdout, stderr } = await world.stack.command('submit', file, '-o', 'json');
      if (code === 0) {
        const { runId } = JSON.parse(stdout) as { readonly runId: string };
        const run: LoadedRun = { job, runId, sights: [], hasEnded: false };
        runs.push(run);
        return run;
      }
      complain('submit', code, stderr);
      await pause(LOOK_MS);
    }
    return undefined;
  }

  function complain(verb: string, code: number | null, stderr: string): void {
    const isTrace = /^\s+at .*:\d+:\d+\)?$/m.test(stderr);
    // Once they are sent home the world ends around what they began.
    if (home.signal.aborted || (code !== null && honestCodes.has(code) && !isTrace)) return;
    complaints.push(`${verb} ended with ${code}: ${stderr.slice(0, 500)}`);
  }

  /** Looks at a run until it has ended. */
  async function follow(run: LoadedRun): Promise<void> {
    const handle = world.stack.session.temporal.client.workflow.getHandle(runWorkflowId(run.runId));
    let pausedAt: number | undefined;
    for (;;) {
      await pause(LOOK_MS);
      if (home.signal.aborted) return;
      try {
        const { status } = await handle.describe();
        run.hasEnded = status.name !== 'RUNNING';
        if (run.hasEnded) return;
        const { state, budget, paused = [] } = await handle.query(runViewQuery);
        if (budget !== undefined) {
          run.sights.push({ settled: budget.spent, held: budget.held, budget: budget.amount });
        }
        if (state !== 'paused') pausedAt = undefined;
        else if (performance.now() - (pausedAt ??= performance.now()) > PAUSED_MS) {
          pausedAt = undefined;
          world.say(`${run.runId} is paused (${paused.map(({ reason }) => reason).join()}): resume`);
          const { code, stderr } = await world.stack.command('resume', run.runId);
          complain('resume', code, stderr);
        }
      } catch (error) {
        // Temporal is away, or no worker answers: people look again.
        if (error instanceof WorkflowNotFoundError) {
          complaints.push(`${run.runId} is not known to Temporal`);
          run.hasEnded = true;
          return;
        }
      }
    }
  }

  return {
    runs,
    complaints,
    async nextSubmit() {
      const job = next();
      begun.push(job);
      return ['submit', await fileOf(job), '-o', 'json'];
    },
    async run(isOver, patienceMs) {
      const people = Array.from({ length: WIDTH }, async () => {
        while (!home.signal.aborted && (!isOver() || begun.length > 0)) {
          const run = await submit(begun.shift() ?? next());
          if (run !== undefined) await follow(run);
        }
      });
      const patience = new AbortController();
      const ended = Promise.all(people);
      const over = (async () => {
        while (!isOver() && !home.signal.aborted) await pause(LOOK_MS);
        await pause(patienceMs, undefined, { signal: patience.signal });
        complaints.push(`not everybody was done ${patienceMs / 1_000} s after all was whole again`);
      })();
      await Promise.race([ended, over]).finally(() => patience.abort());
      await over.catch(() => {});
    },
    giveUp: () => home.abort(),
  };
}
