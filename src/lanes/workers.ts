import { Worker, type NativeConnection, type WorkerTuner } from '@temporalio/worker';

import type { CallActivities, ControlActivities } from '../workflows/contract.ts';
import { CONTROL_QUEUE, laneQueue } from '../workflows/ids.ts';
import type { Governors } from './governor/governors.ts';
import type { LaneSettings } from './lanes.ts';
import { isPolling, type PolledQueue } from './polling.ts';

export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly lanes: readonly LaneSettings[];
  readonly bundle: { readonly codePath: string };
  readonly control: ControlActivities;
  readonly calls: CallActivities;
  readonly governors: Governors;
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
  const { connection, namespace, lanes, governors } = options;
  const { identity } = governors;
  // First: no call may start before its lane has its rate.
  await Promise.all([...governors.byQueue.values()].map((governor) => governor.prepare()));
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
        tuner: laneTuner(governors, lane),
        // Goes with every poll, for servers that refuse the queue's own setting, which comes before it.
        ...(lane.rps === undefined || lane.adaptive === true
          ? {}
          : { maxTaskQueueActivitiesPerSecond: lane.rps }),
        shutdownGraceTime: '60 seconds',
        // Stop and suspend reach a call by its heartbeat's answer.
        maxHeartbeatThrottleInterval: '5 seconds',
      }),
    ),
  );
  const workers = [control, ...laneWorkers];
  const queues: readonly PolledQueue[] = [
    { taskQueue: CONTROL_QUEUE, type: 'workflow' },
    { taskQueue: CONTROL_QUEUE, type: 'activity' },
    ...lanes.map((lane): PolledQueue => ({ taskQueue: laneQueue(lane.name), type: 'activity' })),
  ];
  return {
    arePolling: () =>
      isPolling(
        connection,
        { namespace, identity },
        // Whose slots all have calls, or belong to another worker, has no need to poll.
        queues.filter(({ taskQueue }) => governors.byQueue.get(taskQueue)?.slots.areBusy() !== true),
      ),
    async run(signal) {
      const drain = (): void => {
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      };
      const running = workers.map((worker) => worker.run());
      const stop = new AbortController();
      const governing = [...governors.byQueue.values()].map((governor) => governor.run(stop.signal));
      if (signal.aborted) drain();
      signal.addEventListener('abort', drain, { once: true });
      try {
        await Promise.all(running);
      } catch (error) {
        drain();
        await Promise.allSettled(running);
        throw error;
      } finally {
        // Calls that drain are heard of as well.
        stop.abort();
        await Promise.all(governing);
        signal.removeEventListener('abort', drain);
      }
    },
  };
}

/** The governor gives the slots of calls; the worker does nothing else, but the SDK wants the others too. */
function laneTuner({ byQueue }: Governors, { name, concurrency }: LaneSettings): WorkerTuner {
  const none = { type: 'fixed-size', numSlots: 1 } as const;
  return {
    activityTaskSlotSupplier: byQueue.get(laneQueue(name))?.slots.supplier ?? {
      type: 'fixed-size',
      numSlots: concurrency,
    },
    workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 2 },
    localActivityTaskSlotSupplier: none,
    nexusTaskSlotSupplier: none,
  };
}
