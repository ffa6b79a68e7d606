import type { Client } from '@temporalio/client';

import { unlessAbsent } from '../../temporal/unless-absent.ts';
import { pageWorkflowId, runWorkflowId } from '../../workflows/ids.ts';

/** Calls that wait to be tried again, by what went wrong. */
export interface Wait {
  readonly code: string;
  readonly message: string;
  readonly calls: number;
}

/**
 * Asks Temporal which calls and steps of a run wait for another attempt, and why. A page that the run has begun may not
 * be there yet: nothing of it waits.
 */
export async function findWaits(
  client: Client,
  runId: string,
  pages: readonly number[],
): Promise<readonly Wait[]> {
  const waits = new Map<string, Wait>();
  const workflowIds = [runWorkflowId(runId), ...pages.map((page) => pageWorkflowId(runId, page))];
  const described = await Promise.all(
    workflowIds.map((id) => unlessAbsent(() => client.workflow.getHandle(id).describe())),
  );
  for (const found of described) {
    for (const { lastFailure } of found?.raw.pendingActivities ?? []) {
      const code = lastFailure?.applicationFailureInfo?.type;
      if (code == null) continue;
      const known = waits.get(code);
      waits.set(code, { code, message: lastFailure?.message ?? '', calls: (known?.calls ?? 0) + 1 });
    }
  }
  return [...waits.values()].sort((left, right) => right.calls - left.calls);
}
