import { descriptionOf, pollingAt, readingOf } from '../../lanes/governor/queue-config.ts';
import { isByHand, type QueueReading } from '../../lanes/governor/queue-reading.ts';
import { parseReason, wordsOf, wordsOfWorkers } from '../../lanes/governor/reason.ts';
import { later, type LaneState } from '../../lanes/governor/state.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { laneQueue } from '../../workflows/ids.ts';

/** What a lane's queue is doing. */
export interface LaneNow {
  /** Calls started a second that the queue allows now; `null`: no limit. */
  readonly rate: number | null;
  /** Why it is that rate, as a sentence. */
  readonly why: string;
  readonly setBy: 'workers' | 'hand' | 'nobody';
  /** Calls that wait in the queue, about. */
  readonly waiting: number;
  /** The same by priority, 1 being the most urgent. */
  readonly waitingByPriority: Readonly<Record<string, number>>;
  /** Calls started a second of late, as the server reckons it. */
  readonly startedPerSecond: number;
  /** Calls in flight at most, over all workers. */
  readonly slots: number;
  readonly workers: number;
}

const ANSWER_MS = 10_000;

/**
 * Asks Temporal what a lane is doing.
 *
 * @param lane - its name, and its slots when nothing holds it back
 * @throws ServiceError of Temporal's client when it is not told of within ten seconds
 */
export async function laneNow(
  { client, namespace }: Pick<TemporalClient, 'client' | 'namespace'>,
  lane: { readonly name: string; readonly concurrency: number },
  now: () => number = Date.now,
): Promise<LaneNow> {
  // Without the service that keeps the queues a server waits for it, as long as it is let.
  const description = await client.withDeadline(Date.now() + ANSWER_MS, () =>
    client.workflowService.describeTaskQueue(descriptionOf({ namespace, taskQueue: laneQueue(lane.name) })),
  );
  const { stats, statsByPriorityKey } = description;
  const reading = readingOf(description);
  const { rps, reason = '', writtenAt } = reading;
  const written = parseReason(reason);
  const state = written === undefined ? undefined : later(written, Math.max(0, (now() - writtenAt) / 1_000));
  return {
    rate: rps === undefined ? null : Number(rps.toPrecision(4)),
    why: whyOf(state, reading),
    setBy: isByHand(reading) ? 'hand' : reason === '' ? 'nobody' : 'workers',
    waiting: Number(stats?.approximateBacklogCount ?? 0),
    waitingByPriority: Object.fromEntries(
      Object.entries(statsByPriorityKey)
        .map(([key, { approximateBacklogCount }]) => [key, Number(approximateBacklogCount ?? 0)] as const)
        .filter(([, count]) => count > 0),
    ),
    startedPerSecond: Number((stats?.tasksDispatchRate ?? 0).toPrecision(3)),
    slots: state?.oneSlot === undefined ? lane.concurrency : 1,
    workers: pollingAt(description, now()).length,
  };
}

function whyOf(state: LaneState | undefined, reading: QueueReading): string {
  const { reason = '' } = reading;
  if (state !== undefined) return wordsOf(state);
  if (isByHand(reading)) return `set by hand${reason === '' ? '' : `: ${reason}`}`;
  const words = wordsOfWorkers(reason);
  return words === undefined
    ? 'no worker has set a rate yet'
    : `${words} (as workers of another version say)`;
}
