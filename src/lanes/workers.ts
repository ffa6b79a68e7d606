import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import { Worker, type NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';

import type { CallActivities, ControlActivities } from '../workflows/contract.ts';
import { CONTROL_QUEUE, laneQueue } from '../workflows/ids.ts';
import type { LaneSettings } from './lanes.ts';
import { isPolling, type PolledQueue } from './polling.ts';
import { setQueueRate } from './queue-rate.ts';

export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly lanes: readonly LaneSettings[];
  readonly bundle: { readonly codePath: string };
  readonly control: ControlActivities;
  readonly calls: CallActivities;
  readonly logger: Logger;
}

export interface Workers {
  /** Works until the signal, then drains: calls in flight have a minute to finish. */
  run(signal: AbortSignal): Promise<void>;
  /** Whether Temporal has seen them poll all their queues in the last minutes. */
  arePolling(): Promise<boolean>;
}

/**
 * A step of a workflow takes milliseconds, but on a machine that is starved of CPU the SDK's 5 s pass all the same, and
 * to interrupt the sandbox can bring down the whole process. The SDK takes the option without having it in its types.
 */
const patientSandbox = { isolateExecutionTimeout: '60 seconds' };

/**
 * One worker for workflows and the steering activities, and one for each lane that makes its calls and nothing else: its
 * slots are the ceiling of calls in flight, its queue's rate the limit over all workers.
 */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { connection, namespace, lanes } = options;
  // A container that starts again has the host name and process id that it had before.
  const identity = `${process.pid}@${hostname()} ${randomBytes(4).toString('hex')}`;
  const control = await Worker.create({
    connection,
    namespace,
    identity,
    taskQueue: CONTROL_QUEUE,
    workflowBundle: options.bundle,
    activities: options.control,
    maxConcurrentActivityTaskExecutions: 16,
    // A page is read back from its history when it falls out, so this bounds memory, not correctness.
    maxCachedWorkflows: 100,
    // After a worker's death the next one waits this long before it takes over its workflows.
    stickyQueueScheduleToStartTimeout: '5 seconds',
    shutdownGraceTime: '60 seconds',
    ...patientSandbox,
  });
  const laneWorkers = await Promise.all(
    lanes.map((lane) =>
      Worker.create({
        connection,
        namespace,
        identity,
        taskQueue: laneQueue(lane.name),
        activities: options.calls,
        maxConcurrentActivityTaskExecutions: lane.concurrency,
        // Goes with every poll, for servers that refuse the queue's own setting, which comes before it.
        ...(lane.rps === undefined ? {} : { maxTaskQueueActivitiesPerSecond: lane.rps }),
        shutdownGraceTime: '60 seconds',
        // Stop and suspend reach a call by its heartbeat's answer.
        maxHeartbeatThrottleInterval: '5 seconds',
      }),
    ),
  );
  await Promise.all(lanes.map((lane) => limitRate(options, lane)));
  const workers = [control, ...laneWorkers];
  const queues: readonly PolledQueue[] = [
    { taskQueue: CONTROL_QUEUE, type: 'workflow' },
    { taskQueue: CONTROL_QUEUE, type: 'activity' },
    ...lanes.map((lane): PolledQueue => ({ taskQueue: laneQueue(lane.name), type: 'activity' })),
  ];
  return {
    arePolling: () => isPolling(connection, { namespace, identity }, queues),
    async run(signal) {
      const drain = (): void => {
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      };
      const running = workers.map((worker) => worker.run());
      if (signal.aborted) drain();
      signal.addEventListener('abort', drain, { once: true });
      try {
        await Promise.all(running);
      } catch (error) {
        drain();
        await Promise.allSettled(running);
        throw error;
      } finally {
        signal.removeEventListener('abort', drain);
      }
    },
  };
}

async function limitRate(
  { connection, namespace, logger }: WorkersOptions,
  lane: LaneSettings,
): Promise<void> {
  const taskQueue = laneQueue(lane.name);
  try {
    await setQueueRate(connection, { namespace, taskQueue, identity: `worker ${process.pid}` }, lane.rps);
  } catch (error) {
    logger.warn(
      { lane: lane.name, error: String(error) },
      'the server refuses task queue settings: the rate goes with the polls of the workers instead',
    );
  }
}
