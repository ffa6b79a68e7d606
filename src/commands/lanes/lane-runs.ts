import type { Client } from '@temporalio/client';

import type { Priority } from '../../manifest/job.ts';
import { runIdOfWorkflow } from '../../workflows/ids.ts';
import { runViewQuery } from '../../workflows/messages.ts';

/** A run that has calls for a lane. */
export interface LaneRun {
  readonly runId: string;
  readonly priority: Priority;
  /** Calls that it may have under way: in flight, at hand, or waiting in the lane's queue. */
  readonly places: number;
  /** Calls that have no place yet, about. */
  readonly waiting: number;
}

/** Runs that are asked: each costs a query. */
const MOST = 50;
/** A query goes to the worker that last had the run, and to another one 5 s later if that worker is gone. */
const ANSWER_MS = 12_000;

/**
 * Asks the running runs what they have in each lane, the oldest first. Runs whose workflow does not answer are left out,
 * as those of earlier versions are.
 */
export async function laneRuns(client: Client): Promise<ReadonlyMap<string, readonly LaneRun[]>> {
  const ids: string[] = [];
  const query = "WorkflowType = 'runJob' AND ExecutionStatus = 'Running'";
  for await (const { workflowId } of client.workflow.list({ query })) {
    if (ids.push(workflowId) >= MOST) break;
  }
  const views = await Promise.all(
    ids
      .reverse()
      .map((id) =>
        client
          .withDeadline(Date.now() + ANSWER_MS, () => client.workflow.getHandle(id).query(runViewQuery))
          .catch(() => undefined),
      ),
  );
  const found = new Map<string, LaneRun[]>();
  for (const [index, view] of views.entries()) {
    for (const { lane, places, waiting } of view?.lanes ?? []) {
      if (places + waiting === 0) continue;
      const run = { runId: runIdOfWorkflow(ids[index] ?? ''), priority: view?.priority ?? 'normal' };
      found.set(lane, [...(found.get(lane) ?? []), { ...run, places, waiting }]);
    }
  }
  return found;
}
