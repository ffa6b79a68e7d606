import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';

/** A server that does not answer in time is not waited for: what it would say changes the place of an answer alone. */
const ASK_MS = 3_000;

/** How a call stands with its page. */
export type Standing =
  /** Its page goes on. */
  | 'awaited'
  /** Its page has ended without it, and the run that has begun the page goes on: the call was counted as lost. */
  | 'given-up'
  /** Both have ended: the run by itself, and then it has its marker, or by somebody else. */
  | 'ended'
  /** The server did not say. */
  | 'unknown';

/**
 * How a call stands. Asked and not waited for: a worker that has heard of one cancellation hears of no other, and of the first
 * with its next heartbeat alone.
 */
export async function standingOf({ client, info }: Context): Promise<Standing> {
  const { workflowId = '', runId } = info.workflowExecution ?? {};
  const describe = (id: string, execution?: string): Promise<WorkflowExecutionDescription> =>
    client.workflow.getHandle(id, execution).describe();
  try {
    return await client.connection.withDeadline(Date.now() + ASK_MS, async () => {
      const page = await describe(workflowId, runId);
      if (isOpen(page)) return 'awaited';
      // A later execution of the run has pages of its own, and calls again what has no record.
      const parent = page.parentExecution;
      if (parent === undefined) return 'ended';
      return isOpen(await describe(parent.workflowId ?? '', parent.runId ?? undefined))
        ? 'given-up'
        : 'ended';
    });
  } catch (error) {
    // It is so long ago that the server knows no more of it.
    return error instanceof WorkflowNotFoundError ? 'ended' : 'unknown';
  }
}

function isOpen({ status }: WorkflowExecutionDescription): boolean {
  return status.name === 'RUNNING';
}
