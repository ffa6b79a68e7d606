import { randomBytes } from 'node:crypto';

import type { Client } from '@temporalio/client';

import { mapAtOnce } from '../../src/at-once.ts';
import { runMemo } from '../../src/commands/submit/start-run.ts';
import type { Session } from '../../src/commands/session/session.ts';
import { claimRun, readJobFile, readMarker, readPlan, writePlan } from '../../src/records/run-store.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { untilDone } from '../../test/support/until.ts';

/** Runs made at once. */
const AT_ONCE = 32;
/** Pollers of the queue that ends them. */
const POLLERS = 8;
/** Number of `COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION` in Temporal's API. */
const COMPLETE = 4;
/** Number of `TASK_QUEUE_KIND_NORMAL`. */
const NORMAL = 1;
/** Its list of runs lags behind. */
const LISTED_MS = 60_000;
/** A poll that nothing comes to is over within a minute. */
const POLL_MS = 70_000;
const ENDED = 'made-ended';
const NOBODY = 'made-running';

/** How many runs are made, of how many jobs, and how many of them go on for ever. */
export interface MadeRuns {
  readonly ended: number;
  readonly running: number;
  readonly jobs: number;
}

/**
 * Makes runs that look from outside as a real one does that has ended: workflows of the same type, with its memo and its
 * search attributes, that end at their first task; and its job file, plan and marker in the bucket, written as the product
 * does. Returns when Temporal lists them all.
 */
export async function makeRuns(
  session: Session,
  like: RunLocation,
  { ended, running, jobs }: MadeRuns,
): Promise<void> {
  const { client } = session.temporal;
  const make = await maker(session, like);
  const numbers = Array.from({ length: ended + running }, (_, index) => index);
  const start = () => mapAtOnce(numbers, AT_ONCE, (index) => make(`made-${index % jobs}`, index < ended));
  const pollers = Array.from({ length: POLLERS }, () => endAll(client, Math.floor(ended / POLLERS)));
  await Promise.all([start(), ...pollers, endAll(client, ended % POLLERS)]);
  await untilDone(async () => {
    const { count } = await client.workflow.count(`TaskQueue = '${ENDED}' AND ExecutionStatus = 'Completed'`);
    if (count < ended) throw new Error(`Temporal lists ${count} of ${ended} made runs`);
  }, LISTED_MS);
}

async function maker(
  { store, temporal: { client } }: Session,
  like: RunLocation,
): Promise<(job: string, isEnded: boolean) => Promise<void>> {
  const [file, plan, marker, page] = await Promise.all([
    readJobFile(store, like),
    readPlan(store, like),
    readMarker(store, like),
    readPlan(store, like).then((read) => store.get(runKeys(like).page(read?.digest ?? '', 0))),
  ]);
  if (file === undefined || plan === undefined || marker === undefined || page === undefined)
    throw new Error(`${like.runId} has not ended`);
  const { typedSearchAttributes } = await client.workflow.getHandle(runWorkflowId(like.runId)).describe();
  const own = typedSearchAttributes.getAll().filter(({ key: { name } }) => name.startsWith('Pollen'));
  return async (job, isEnded) => {
    const runId = `${job}-${randomBytes(5).toString('hex')}`;
    const run = { ...like, job, runId };
    const planned = { ...plan, job, createdAt: new Date().toISOString() };
    await claimRun(store, run, { ...file, runId, job: { ...file.job, name: job } });
    await writePlan(store, run, { plan: planned, pageText: () => Buffer.from(page.body).toString('utf8') });
    if (isEnded) {
      const text = JSON.stringify({ ...marker, runId, endedAt: new Date().toISOString() });
      await store.putOnce(runKeys(run).success, text, { contentType: 'application/json' });
    }
    await client.workflow.start('runJob', {
      workflowId: runWorkflowId(runId),
      taskQueue: isEnded ? ENDED : NOBODY,
      memo: runMemo({ ...planned, runId }),
      typedSearchAttributes: own.map((pair) => {
        if (pair.key.name === 'PollenJob') return { ...pair, value: job };
        return !isEnded && pair.key.name === 'PollenState' ? { ...pair, value: 'running' } : pair;
      }) as typeof own,
    });
  };
}

// No worker is needed to end a workflow: its first task is answered that it is complete.
async function endAll(client: Client, share: number): Promise<void> {
  const { workflowService, options } = client;
  const { namespace } = options;
  let left = share;
  while (left > 0) {
    const poll = { namespace, taskQueue: { name: ENDED, kind: NORMAL } };
    const { taskToken } = await client.withDeadline(Date.now() + POLL_MS, () =>
      workflowService.pollWorkflowTaskQueue(poll),
    );
    if (taskToken == null || taskToken.length === 0) return;
    await workflowService.respondWorkflowTaskCompleted({
      namespace,
      taskToken,
      commands: [{ commandType: COMPLETE, completeWorkflowExecutionCommandAttributes: {} }],
    });
    left -= 1;
  }
}
