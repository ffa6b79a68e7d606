import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import { PollenBatchError } from '../../errors.ts';
import { budgetUnderWay, type BudgetSums } from '../../pollen/budget-sums.ts';
import { emptyTally } from '../../records/tally.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { plannedTimeOf, runWorkflowId } from '../../workflows/ids.ts';
import {
  approveUpdate,
  pauseSignal,
  resumeSignal,
  runViewQuery,
  setRunUpdate,
  stopSignal,
  terminateSignal,
  type ActRequest,
  type RunState,
  type RunView,
  type SetRequest,
  type SetView,
} from '../../workflows/messages.ts';
import type { Pause } from '../../workflows/pauses.ts';
import type { Refusal } from '../../workflows/refusals.ts';

// These need Temporal alone: a run must be suspended just when the API or the store is away.

/** How a run stands after it was told something. */
export interface Steered {
  readonly runId: string;
  /** `undefined` where no worker answers: the run hears of it when one does. */
  readonly state: RunState | undefined;
  /** Why it is paused. */
  readonly paused: readonly Pause[];
}

const ANSWER_MS = 5_000;
/** Longer: a worker has to take it and to write into the store. */
const UPDATE_MS = 30_000;

/**
 * Suspends a run: what is in flight finishes and is recorded, nothing new is sent until it is resumed.
 *
 * @param reason - for people
 * @throws PollenBatchError `not-found` when no such run goes on
 */
export async function suspend(
  temporal: TemporalClient,
  runId: string,
  reason: string | undefined,
): Promise<Steered> {
  return steer(temporal, runId, (handle) =>
    handle.signal(pauseSignal, { reason: 'operator', ...(reason === undefined ? {} : { detail: reason }) }),
  );
}

/**
 * Lets a run go on that is suspended, or that waits for what has been mended by now.
 *
 * @param reason - for people
 * @throws PollenBatchError `not-found` when no such run goes on
 */
export async function resume(temporal: TemporalClient, runId: string, reason?: string): Promise<Steered> {
  return steer(temporal, runId, (handle) =>
    handle.signal(resumeSignal, reason === undefined ? {} : { detail: reason }),
  );
}

/** How a run stands after it was changed. */
export interface RunSet extends Steered, Omit<SetView, 'budget'> {
  /** As `get` has it. */
  readonly budget?: BudgetSums;
}

/**
 * Changes a run while it goes on: all of it is kept before it counts. It goes on where it waited for another budget.
 *
 * @throws PollenBatchError `not-found` when no such run goes on, `usage` when it has no budget, or no deadline to put off
 */
export async function setRun(temporal: TemporalClient, runId: string, request: SetRequest): Promise<RunSet> {
  let set: SetView = {};
  const view = await tellAndLook(temporal, runId, async (handle) => {
    set = await update(temporal, runId, () => handle.executeUpdate(setRunUpdate, { args: [request] }));
  });
  const { budget, ...rest } = set;
  const steered = { ...steeredOf(runId, view), ...rest };
  if (budget === undefined) return steered;
  // What is unknown counts as spent where nobody tells it.
  const { unknown } = view?.tally ?? emptyTally;
  return { ...steered, budget: budgetUnderWay(view?.budget ?? budget, unknown) };
}

/**
 * Stops a run: what is in flight finishes and is recorded, the rest is left, and report and bill are written.
 *
 * @throws PollenBatchError `not-found` when no such run goes on
 */
export function stop(temporal: TemporalClient, runId: string, reason?: string): Promise<Steered> {
  return steer(temporal, runId, (handle) => end(handle, runId, stopSignal, reason));
}

/**
 * Terminates a run: what is in flight has a few seconds, and what it may have cost after that is unknown; report and bill
 * are written.
 *
 * @throws PollenBatchError `not-found` when no such run goes on, `temporal-unreachable` while no worker hears of it
 */
export async function terminate(temporal: TemporalClient, runId: string, reason?: string): Promise<Steered> {
  const steered = await steer(temporal, runId, (handle) => end(handle, runId, terminateSignal, reason));
  if (steered.state !== undefined) return steered;
  throw new PollenBatchError('temporal-unreachable', `no worker has answered for ${runId}`, {
    remedy: `Start one with \`pollen-batch worker\`: it terminates the run all the same, with report and bill. Without one, Terminate in the Temporal UI ends its workflow alone; \`pollen-batch resume ${runId} --from-store\` goes on with it.`,
  });
}

/**
 * Lets a run go on that waits for approval.
 *
 * @throws PollenBatchError `not-found` when no such run goes on, `usage` when it waits for none
 */
export function approve(temporal: TemporalClient, runId: string, reason?: string): Promise<Steered> {
  return steer(temporal, runId, (handle) =>
    update(temporal, runId, () => handle.executeUpdate(approveUpdate, { args: [said(reason)] })),
  );
}

/** Activities that plan a run, in this version and in earlier ones. */
const planning: ReadonlySet<string> = new Set(['prepareRun', 'planRun']);

// A scheduled run that waits for somebody to mend its job has nothing to report yet: stopped by a signal its workflow would
// fail, and its schedule pause.
async function end(
  handle: WorkflowHandle,
  runId: string,
  signal: typeof stopSignal,
  reason: string | undefined,
): Promise<void> {
  if (plannedTimeOf(runId) !== undefined) {
    const { raw } = await handle.describe();
    if (raw.pendingActivities?.some(({ activityType }) => planning.has(activityType?.name ?? '')) === true) {
      await handle.cancel();
      return;
    }
  }
  await handle.signal(signal, said(reason));
}

function said(reason: string | undefined): ActRequest {
  return reason === undefined ? {} : { reason };
}

/** What to do about a refusal of the run itself, by its type. */
const refusals: Readonly<Record<Refusal, string>> = {
  'no-budget': 'Only a run that was made with a budget can be given another one.',
  'no-deadline': 'Give the time itself, as 2h from now or 2026-12-01T06:00:00Z.',
  'not-waiting': 'Look at it with `get`; `resume` lets a run go on that was suspended.',
  'too-late': 'Look at it with `get`.',
  usage: 'Say it as `set --help` shows.',
};

async function update<Result>(
  { client }: TemporalClient,
  runId: string,
  tell: () => Promise<Result>,
): Promise<Result> {
  try {
    return await client.connection.withDeadline(Date.now() + UPDATE_MS, tell);
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new PollenBatchError('temporal-unreachable', `no worker has answered for ${runId}`, {
        remedy: 'Start one with `pollen-batch worker`: it does it all the same. Then look with `get`.',
        cause: error,
      });
    }
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    const remedy = cause instanceof ApplicationFailure ? refusals[cause.type as Refusal] : undefined;
    if (cause === undefined || remedy === undefined) throw error;
    throw new PollenBatchError('usage', cause.message, { remedy: `Nothing was changed. ${remedy}` });
  }
}

async function steer(
  temporal: TemporalClient,
  runId: string,
  tell: (handle: WorkflowHandle) => Promise<void>,
): Promise<Steered> {
  return steeredOf(runId, await tellAndLook(temporal, runId, tell));
}

function steeredOf(runId: string, view: RunView | undefined): Steered {
  return { runId, state: view?.state, paused: view?.paused ?? [] };
}

// Nothing where no worker answers.
async function tellAndLook(
  { client }: TemporalClient,
  runId: string,
  tell: (handle: WorkflowHandle) => Promise<void>,
): Promise<RunView | undefined> {
  const handle = client.workflow.getHandle(runWorkflowId(runId));
  try {
    await tell(handle);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new PollenBatchError('not-found', `there is no run ${runId} that goes on`, {
      remedy: `See how it stands with \`pollen-batch get ${runId}\`, and which runs there are with \`pollen-batch list\`.`,
      cause: error,
    });
  }
  try {
    // What was told before is heard before.
    return await client.connection.withDeadline(Date.now() + ANSWER_MS, () => handle.query(runViewQuery));
  } catch {
    return undefined;
  }
}
