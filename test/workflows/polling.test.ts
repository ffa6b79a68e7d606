import { NativeConnection } from '@temporalio/worker';
import { expect, inject, vi } from 'vitest';

import { isPolling, type PolledQueue } from '../../src/lanes/polling.ts';
import { CONTROL_QUEUE, laneQueue } from '../../src/workflows/ids.ts';
import { test } from '../support/on-servers.ts';

/** Milliseconds: a busy machine takes its time. */
const patience = { timeout: 60_000 };

test('Temporal tells who polls which queue', async ({ open }) => {
  const { session } = await open();
  const { namespace } = session.temporal;
  const connection = await NativeConnection.connect({ address: inject('servers').temporal });
  let aheadMs = 0;
  const polls = (identity: string, ...queues: readonly PolledQueue[]): Promise<boolean> =>
    isPolling(connection, { namespace, identity }, queues, () => Date.now() + aheadMs);
  const { pollers } = await vi.waitUntil(async () => {
    const answer = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: laneQueue('all') },
      taskQueueType: 2,
    });
    return answer.pollers.length > 0 && answer;
  }, patience);
  const identity = pollers[0]?.identity ?? '';
  const queues: readonly PolledQueue[] = [
    { taskQueue: CONTROL_QUEUE, type: 'workflow' },
    { taskQueue: CONTROL_QUEUE, type: 'activity' },
    { taskQueue: laneQueue('all'), type: 'activity' },
  ];
  expect(identity).toMatch(/^\d+@\S+ [0-9a-f]{8}$/);
  await vi.waitUntil(() => polls(identity, ...queues), patience);
  expect(await polls('nobody', ...queues)).toBe(false);
  expect(await polls(identity, ...queues, { taskQueue: laneQueue('other'), type: 'activity' })).toBe(false);
  // Temporal remembers for five minutes who polled.
  aheadMs = 91_000;
  expect(await polls(identity, ...queues)).toBe(false);
  await connection.close();
});
