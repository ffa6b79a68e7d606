import { NativeConnection } from '@temporalio/worker';

import { resolveTemporal, temporalUnreachable, type TemporalSettings } from './temporal.ts';

/** The Pollen search attributes, by the names they have in the namespace. */
const searchAttributes = ['PollenJob', 'PollenState', 'PollenLabels', 'PollenModels', 'PollenCost'] as const;

/** TASK_QUEUE_TYPE_ACTIVITY of Temporal's API. */
const ACTIVITY_QUEUE = 2;

/**
 * Connects a worker to Temporal.
 *
 * @throws PollenBatchError `temporal-unreachable` naming address and remedy
 */
export async function connectWorker(
  settings: TemporalSettings = {},
): Promise<{ readonly connection: NativeConnection; readonly address: string; readonly namespace: string }> {
  const { options, address, namespace } = resolveTemporal(settings);
  try {
    return { connection: await NativeConnection.connect(options), address, namespace };
  } catch (error) {
    throw temporalUnreachable(address, error);
  }
}

/** Whether the namespace knows all Pollen search attributes; a server that does not tell counts as no. */
export async function hasSearchAttributes(connection: NativeConnection, namespace: string): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return searchAttributes.every((name) => name in customAttributes);
  } catch {
    return false;
  }
}

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
    taskQueueType: ACTIVITY_QUEUE,
    updateQueueRateLimit: {
      ...(rps === undefined ? {} : { rateLimit: { requestsPerSecond: rps } }),
      reason: rps === undefined ? 'no rate configured' : `configured: ${rps}/s`,
    },
  });
}
