import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import { PollenBatchError } from '../errors.ts';
import type { BudgetView } from '../pollen/ledger.ts';
import type { TemporalClient } from '../temporal/connect-client.ts';
import { runWorkflowId } from '../workflows/ids.ts';
import {
  pauseSignal,
  resumeSignal,
  runViewQuery,
  setBudgetUpdate,
  type BudgetRequest,
  type RunState,
} from '../workflows/messages.ts';
import type { Pause } from '../workflows/pauses.ts';

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
 * @throws PollenBatchError `not-found` when no such run goes on
 */
export async function resume(temporal: TemporalClient, runId: string): Promise<Steered> {
  return steer(temporal, runId, (handle) => handle.signal(resumeSignal, {}));
}

/** How a run stands after its budget was set. */
export interface BudgetSet extends Steered {
  readonly budget: BudgetView;
}

/**
 * Sets the budget of a run, which goes on if that was what it waited for.
 *
 * @param request - `amount` is decimal Pollen, or so much more after a plus
 * @throws PollenBatchError `not-found` when no such run goes on, `usage` when it has no budget
 */
export async function setBudget(
  temporal: TemporalClient,
  runId: string,
  request: BudgetRequest,
): Promise<BudgetSet> {
  let budget: BudgetView | undefined;
  const steered = await steer(temporal, runId, async (handle) => {
    budget = await temporal.client.connection
      .withDeadline(Date.now() + UPDATE_MS, () => handle.executeUpdate(setBudgetUpdate, { args: [request] }))
      .catch(refuse);
  });
  if (budget === undefined) throw new Error(`the budget of ${runId} was not told`);
  return { ...steered, budget };

  function refuse(error: unknown): never {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new PollenBatchError('temporal-unreachable', `no worker has answered for ${runId}`, {
        remedy:
          'Start one with `pollen-batch worker`: it sets the budget all the same. Then look with `get`.',
        cause: error,
      });
    }
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    const remedy = cause instanceof ApplicationFailure ? refusals[cause.type ?? ''] : undefined;
    if (cause === undefined || remedy === undefined) throw error;
    throw new PollenBatchError('usage', cause.message, { remedy: `Nothing was changed. ${remedy}` });
  }
}

/** What to do about a refusal of the run itself, by its type. */
const refusals: Readonly<Record<string, string>> = {
  'no-budget': 'Only a run that was made with a budget can be given another one.',
  'too-late': 'It makes no more calls; look at it with `get`.',
  usage: 'Give an amount of Pollen, as 10, or so much more, as +5.',
};

async function steer(
  { client }: TemporalClient,
  runId: string,
  tell: (handle: WorkflowHandle) => Promise<void>,
): Promise<Steered> {
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
    const view = await client.connection.withDeadline(Date.now() + ANSWER_MS, () =>
      handle.query(runViewQuery),
    );
    return { runId, state: view.state, paused: view.paused ?? [] };
  } catch {
    return { runId, state: undefined, paused: [] };
  }
}
