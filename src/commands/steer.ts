import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';

import { PollenBatchError } from '../errors.ts';
import type { TemporalClient } from '../temporal/connect-client.ts';
import { runWorkflowId } from '../workflows/ids.ts';
import { pauseSignal, resumeSignal, runViewQuery, type RunState } from '../workflows/messages.ts';
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
