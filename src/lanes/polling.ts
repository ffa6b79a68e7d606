import type { NativeConnection } from '@temporalio/worker';

import { queueTypes } from './queue-types.ts';

/** A queue as a worker polls it. */
export interface PolledQueue {
  readonly taskQueue: string;
  readonly type: keyof typeof queueTypes;
}

/**
 * Asks Temporal whether a worker polls these queues. A poll waits up to a minute for work, and the server forgets who
 * polled after five; so a worker that stops is found out within minutes, whatever the clocks say.
 */
export async function isPolling(
  connection: NativeConnection,
  { namespace, identity }: { readonly namespace: string; readonly identity: string | undefined },
  queues: readonly PolledQueue[],
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
  return answers.every(({ pollers }) => pollers.some((poller) => poller.identity === identity));
}
