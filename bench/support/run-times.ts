import type { RunLocation } from '../../src/storage/keys.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';

/** When a run's workflow started and ended, by Temporal's clock, in milliseconds since 1970. */
export interface RunTimes {
  readonly startedAt: number;
  /** Absent as long as it has not. */
  readonly endedAt: number | undefined;
}

/** Asks Temporal for the times of a run. */
export async function runTimes({ session }: ProcessStack, { runId }: RunLocation): Promise<RunTimes> {
  const { workflow } = session.temporal.client;
  const id = runWorkflowId(runId);
  const { closeTime, raw } = await workflow.getHandle(id).describe();
  // A run that went on as new has been under way since its first execution.
  const first = raw.workflowExecutionInfo?.firstRunId ?? undefined;
  const { startTime } = await workflow.getHandle(id, first).describe();
  return { startedAt: startTime.getTime(), endedAt: closeTime?.getTime() };
}
