import type { RunLocation } from '../../src/storage/keys.ts';
import type { TemporalClient } from '../../src/temporal/connect-client.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';

/** Takes a run out of Temporal, as the end of its retention does. */
export async function forgetRun({ client, namespace }: TemporalClient, run: RunLocation): Promise<void> {
  await client.workflowService.deleteWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: runWorkflowId(run.runId) },
  });
}
