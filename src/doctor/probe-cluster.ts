import type { Connection } from '@temporalio/client';

import { statusCodes } from '../temporal/failure.ts';
import { laneQueue } from '../workflows/ids.ts';
import type { ClusterFacts } from './cluster-checks.ts';
import type { Answer } from './queue-checks.ts';

type Ask = <Fact>(question: () => Promise<Fact>) => Promise<Answer<Fact>>;

/** Asks what a server is made of, whether its parts answer, and what it lets a worker do; changes nothing. */
export async function probeCluster(
  { workflowService }: Pick<Connection, 'workflowService'>,
  namespace: string,
  ask: Ask,
): Promise<ClusterFacts> {
  // No run and no queue of ours has this name.
  const nobody = laneQueue('!doctor');
  const [size, history, visibility, rates] = await Promise.all([
    ask(async () => {
      const { persistenceStore, historyShardCount } = await workflowService.getClusterInfo({});
      return { store: persistenceStore ?? '', shards: historyShardCount ?? 0 };
    }),
    // Only the service that keeps workflows can say that one is not there.
    ask(async () =>
      expecting(statusCodes.notFound, () =>
        workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: nobody } }),
      ),
    ),
    ask(async () => {
      await workflowService.countWorkflowExecutions({ namespace, query: '' });
    }),
    // A rate that cannot be is refused as such only to those who may set one.
    ask(async () =>
      expecting(statusCodes.invalidArgument, () =>
        workflowService.updateTaskQueueConfig({
          namespace,
          identity: 'pollen-batch doctor',
          taskQueue: nobody,
          taskQueueType: 2,
          updateQueueRateLimit: { rateLimit: { requestsPerSecond: -1 }, reason: 'doctor' },
        }),
      ),
    ),
  ]);
  return { size, history, visibility, rates };
}

/** Makes a call for the status that it must end with. */
async function expecting(code: number, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== code) throw error;
  }
}
