import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { NativeConnection } from '@temporalio/worker';

import { queueTypes } from '../queue-types.ts';
import type { QueueRate } from './mind.ts';
import type { QueueReading } from './queue-reading.ts';

/** A lane's queue at the server: its rate, which holds over all workers, with the reason that keeps the lane's state. */
export interface QueueConfig {
  read(): Promise<QueueReading>;
  /**
   * Sets the rate, which holds at once.
   *
   * @returns when the server wrote it, in milliseconds since the epoch
   */
  write(rate: QueueRate): Promise<number>;
}

type Service = NativeConnection['workflowService'];
type Description = Awaited<ReturnType<Service['describeTaskQueue']>>;

/** A worker polls at least every minute. */
const GONE_MS = 90_000;
/** A call that takes longer is not worth its answer. */
const CALL_MS = 5_000;

/** Asks for a lane's queue, with its rate and with what waits there. */
export function descriptionOf({
  namespace,
  taskQueue,
}: {
  readonly namespace: string;
  readonly taskQueue: string;
}) {
  return {
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: queueTypes.activity,
    reportConfig: true,
    reportStats: true,
  };
}

/** Opens the configuration of a lane's queue. */
export function createQueueConfig(
  connection: NativeConnection,
  queue: { readonly namespace: string; readonly taskQueue: string; readonly identity: string },
): QueueConfig {
  const { namespace, taskQueue } = queue;
  const soon = <Result>(call: () => Promise<Result>): Promise<Result> =>
    connection.withDeadline(Date.now() + CALL_MS, call);
  return {
    async read() {
      const description = await soon(() =>
        connection.workflowService.describeTaskQueue(descriptionOf({ namespace, taskQueue })),
      );
      return readingOf(description, queue.identity);
    },
    async write({ rps, reason }) {
      const { config } = await soon(() =>
        connection.workflowService.updateTaskQueueConfig({
          ...queue,
          taskQueueType: queueTypes.activity,
          updateQueueRateLimit: {
            ...(rps === undefined ? {} : { rateLimit: { requestsPerSecond: rps } }),
            reason,
          },
        }),
      );
      return optionalTsToMs(config?.queueRateLimit?.metadata?.updateTime) ?? 0;
    },
  };
}

/**
 * What a description of a queue says of its rate.
 *
 * @param worker - identity of the worker that reads it, which may not have polled yet
 */
export function readingOf(description: Description, worker?: string): QueueReading {
  const { config, stats } = description;
  const limit = config?.queueRateLimit;
  const rps = limit?.rateLimit?.requestsPerSecond;
  const reason = limit?.metadata?.reason;
  const waiting = stats?.approximateBacklogCount;
  // Seen from the last poll, which is that of a worker that lives: the server's clock may be another than ours.
  const lastPoll = Math.max(0, ...description.pollers.map(({ lastAccessTime }) => polledAt(lastAccessTime)));
  const own = worker === undefined ? [] : [worker];
  const workers = [...new Set([...own, ...pollingAt(description, lastPoll)])].sort();
  return {
    // A rate of 0 is left out on the wire.
    ...(limit?.rateLimit == null ? {} : { rps: rps ?? 0 }),
    ...(reason == null ? {} : { reason }),
    writtenAt: optionalTsToMs(limit?.metadata?.updateTime) ?? 0,
    workers: Math.max(1, workers.length),
    ...(worker === undefined ? {} : { rank: workers.indexOf(worker) }),
    ...(waiting == null ? {} : { waiting: Number(waiting) > 0 }),
  };
}

/**
 * Workers that poll the queue, by identity.
 *
 * @param moment - milliseconds since the epoch
 */
export function pollingAt({ pollers }: Pick<Description, 'pollers'>, moment: number): readonly string[] {
  const polling = pollers.filter(({ lastAccessTime }) => moment - polledAt(lastAccessTime) < GONE_MS);
  return [...new Set(polling.map(({ identity }) => identity ?? ''))];
}

function polledAt(time: Parameters<typeof optionalTsToMs>[0]): number {
  return optionalTsToMs(time) ?? 0;
}
