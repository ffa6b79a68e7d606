import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';

import type { Meters } from '../../telemetry/meters.ts';
import { laneQueue } from '../../workflows/ids.ts';
import type { LaneSettings } from '../lanes.ts';
import { createGovernor, type CallResult, type GovernedCall, type Governor } from './governor.ts';
import { createQueueConfig } from './queue-config.ts';
import { createWriteBudget } from './write-budget.ts';

/** The governors of a worker's lanes. */
export interface Governors {
  /** Of this process alone, among all workers of the namespace. */
  readonly identity: string;
  /** The governor of each lane, by task queue. */
  readonly byQueue: ReadonlyMap<string, Governor>;
  /**
   * The governor of a task queue.
   *
   * @throws RangeError when it is no lane's
   */
  of(taskQueue: string): Governor;
  /** Makes a call when its lane lets it, and lets the lane hear how it ended. */
  call(place: { readonly taskQueue: string }, call: GovernedCall): Promise<CallResult>;
  /** Sends no call of a group any more, in whatever lane. */
  stop(group: string): void;
}

/** Makes the governors of all lanes; they do nothing until they are run. */
export function createGovernors(options: {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly lanes: readonly LaneSettings[];
  readonly logger: Logger;
  readonly meters?: Meters;
}): Governors {
  const { connection, namespace, lanes, logger, meters } = options;
  // A container that starts again has the host name and process id that it had before.
  const identity = `${process.pid}@${hostname()} ${randomBytes(4).toString('hex')}`;
  const budget = createWriteBudget();
  const byQueue = new Map(
    lanes.map((lane) => {
      const taskQueue = laneQueue(lane.name);
      const queue = createQueueConfig(connection, { namespace, taskQueue, identity });
      const given = meters === undefined ? {} : { meters };
      const govern = { lane, worker: identity, queue, budget, logger, ...given };
      return [taskQueue, createGovernor(govern)] as const;
    }),
  );
  function of(taskQueue: string): Governor {
    const governor = byQueue.get(taskQueue);
    if (governor === undefined) throw new RangeError(`no lane has the queue ${taskQueue}`);
    return governor;
  }
  return {
    identity,
    byQueue,
    of,
    call: ({ taskQueue }, call) => of(taskQueue).call(call),
    stop(group) {
      for (const governor of byQueue.values()) governor.stop(group);
    },
  };
}
