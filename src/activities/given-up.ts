import type { Context } from '@temporalio/activity';
import type { Client, WorkflowHandle } from '@temporalio/client';

import type { RunLocation } from '../storage/keys.ts';
import { runWorkflowId } from '../workflows/ids.ts';

/** A server that does not answer in time is not waited for: what it would say changes the place of an answer alone. */
const ASK_MS = 3_000;

/**
 * Whether a call's page has ended without it, so that nobody waits for its answer. Asked of calls that were told to stop: a
 * worker that has heard of one cancellation hears of no other.
 */
export function isPageClosed({ client, info }: Context): Promise<boolean> {
  const { workflowId = '', runId } = info.workflowExecution ?? {};
  return ask(client, async () => !(await isOpen(client.workflow.getHandle(workflowId, runId))));
}

/** Whether its run goes on beside that: the run was terminated, and the page has counted the call as lost. */
export async function isGivenUp(context: Context, { runId }: Pick<RunLocation, 'runId'>): Promise<boolean> {
  if (!(await isPageClosed(context))) return false;
  const { client } = context;
  return ask(client, () => isOpen(client.workflow.getHandle(runWorkflowId(runId))));
}

async function isOpen(handle: WorkflowHandle): Promise<boolean> {
  return (await handle.describe()).status.name === 'RUNNING';
}

async function ask(client: Client, question: () => Promise<boolean>): Promise<boolean> {
  try {
    return await client.connection.withDeadline(Date.now() + ASK_MS, question);
  } catch {
    return false;
  }
}
