import type { NativeConnection } from '@temporalio/worker';

import { queueTypes } from './queue-types.ts';

/**
 * Sets the rate at which a queue starts activities, over all workers that poll it. Without a rate the limit is removed.
 *
 * @param rps - starts a second
 */
export async function setQueueRate(
  connection: NativeConnection,
  queue: { readonly namespace: string; readonly taskQueue: string; readonly identity: string },
  rps: number | undefined,
): Promise<void> {
  await connection.workflowService.updateTaskQueueConfig({
    ...queue,
    taskQueueType: queueTypes.activity,
    updateQueueRateLimit: {
      ...(rps === undefined ? {} : { rateLimit: { requestsPerSecond: rps } }),
      reason: rps === undefined ? 'no rate configured' : `configured: ${rps}/s`,
    },
  });
}
