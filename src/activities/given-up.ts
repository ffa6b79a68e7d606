import type { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';

import type { RunLocation } from '../storage/keys.ts';
import { runWorkflowId } from '../workflows/ids.ts';

/** A server that does not answer in time is not waited for: what it would say changes the place of an answer alone. */
const ASK_MS = 3_000;

/**
 * Whether a call's page has ended without it while its run goes on: the run was terminated, and the page has counted the
 * call as lost. Asked of calls that were told to stop: a worker that has heard of one cancellation hears of no other.
 */
export async function isGivenUp(
  { client, info }: Context,
  { runId }: Pick<RunLocation, 'runId'>,
): Promise<boolean> {
  const { workflowId = '', runId: execution } = info.workflowExecution ?? {};
  const isOpen = async (handle: WorkflowHandle): Promise<boolean> =>
    (await handle.describe()).status.name === 'RUNNING';
  try {
    return await client.connection.withDeadline(
      Date.now() + ASK_MS,
      async () =>
        !(await isOpen(client.workflow.getHandle(workflowId, execution))) &&
        (await isOpen(client.workflow.getHandle(runWorkflowId(runId)))),
    );
  } catch {
    return false;
  }
}
