import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

/** What Temporal knows of the last execution of a workflow; `undefined` where it knows none of that id. */
export async function describeWorkflow(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    // By its name: the class is of a library that loads for half a second, which not everybody here needs.
    if (error instanceof Error && error.name === 'WorkflowNotFoundError') return undefined;
    throw error;
  }
}
