import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { NativeConnection } from '@temporalio/worker';

import { queueTypes } from './queue-types.ts';

/** A queue as a worker polls it. */
export interface PolledQueue {
  readonly taskQueue: string;
  readonly type: keyof typeof queueTypes;
}

/** Longest time since a poll began, in milliseconds: it waits up to a minute for work, and the next one follows. */
const POLL_MS = 90_000;

/**
 * Asks Temporal whether a worker polls these queues. The server remembers for five minutes who polled, so old polls do
 * not count: a worker that stops is found out within two minutes. The clocks must agree to half a minute.
 *
 * @param identity - of this process alone, or the polls of another would count
 */
export async function isPolling(
  connection: NativeConnection,
  { namespace, identity }: { readonly namespace: string; readonly identity: string },
  queues: readonly PolledQueue[],
  now: () => number = Date.now,
): Promise<boolean> {
  const answers = await Promise.all(
    queues.map(({ taskQueue, type }) =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueue },
        taskQueueType: queueTypes[type],
      }),
    ),
  );
  return answers.every(({ pollers }) =>
    pollers.some(
      (poller) =>
        poller.identity === identity && now() - (optionalTsToMs(poller.lastAccessTime) ?? 0) < POLL_MS,
    ),
  );
}
