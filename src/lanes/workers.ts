import { Worker, type NativeConnection, type WorkerTuner } from '@temporalio/worker';

import type { CallActivities, ControlActivities } from '../workflows/contract.ts';
import { CONTROL_QUEUE, laneQueue } from '../workflows/ids.ts';
import type { Governor } from './governor/governor.ts';
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

/** The worker of a lane, and what lets its calls go. */
interface LaneWorker {
  readonly worker: Worker;
  readonly governor: Governor;
}

/**
 * A step of a workflow takes milliseconds, but on a machine that is starved of CPU the SDK's 5 s pass all the same, and
 * to interrupt the sandbox can bring down the whole process. The SDK takes the option without having it in its types.
 */
const patientSandbox = { isolateExecutionTimeout: '60 seconds' };

/**
 * One worker for workflows and the steering activities, and one for each lane that makes its calls and nothing else: its
 * governor holds the ceiling of calls in flight, and its queue's rate is the limit over all workers.
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
    lanes.map(async (lane): Promise<LaneWorker> => {
      const taskQueue = laneQueue(lane.name);
      const governor = governors.of(taskQueue);
      const worker = await Worker.create({
        connection,
        namespace,
        identity,
        taskQueue,
        activities: options.calls,
        tuner: laneTuner(governor),
        // Goes with every poll, for servers that refuse the queue's own setting, which comes before it.
        ...(lane.rps === undefined || lane.adaptive === true
          ? {}
          : { maxTaskQueueActivitiesPerSecond: lane.rps }),
        shutdownGraceTime: '60 seconds',
        // Stop and suspend reach a call by its heartbeat's answer: soon, while it waits to be sent.
        maxHeartbeatThrottleInterval: '1 second',
      });
      return { worker, governor };
    }),
  );
  const workers = [control, ...laneWorkers.map(({ worker }) => worker)];
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
        for (const governor of governors.byQueue.values()) governor.drain();
        for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      };
      const running = [control.run(), ...laneWorkers.map((lane) => runLane(lane))];
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

// Calls that drain are heard of as well; after that the lane waits for no other.
async function runLane({ worker, governor }: LaneWorker): Promise<void> {
  const stop = new AbortController();
  const governing = governor.run(stop.signal);
  try {
    await worker.run();
  } finally {
    stop.abort();
    await governing;
  }
}

/** The governor gives the slots of calls; the worker does nothing else, but the SDK wants the others too. */
function laneTuner({ slots }: Governor): WorkerTuner {
  const none = { type: 'fixed-size', numSlots: 1 } as const;
  return {
    activityTaskSlotSupplier: slots.supplier,
    workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 2 },
    localActivityTaskSlotSupplier: none,
    nexusTaskSlotSupplier: none,
  };
}
