import { parseReason, wordsOf } from '../lanes/governor/reason.ts';
import type { LaneSettings } from '../lanes/lanes.ts';
import { statusCodes } from '../temporal/failure.ts';
import { checksOf, type Check } from './check.ts';

/** What the server answered to one question, or why it did not. */
export type Answer<Fact> = { readonly fact: Fact } | { readonly code: number; readonly reason: string };

/** A task queue, as the server describes it. */
export interface QueueFacts {
  readonly queue: string;
  /** The lane it carries; absent for the queue of the workflows. */
  readonly lane?: string;
  /** Seconds since each worker last asked for work. */
  readonly idleSeconds: Answer<readonly number[]>;
  /** Starts a second that hold, and who set them; nothing where no limit does. */
  readonly rate?: Answer<RateFacts | undefined>;
  readonly partitions?: Answer<number>;
}

export interface RateFacts {
  readonly perSecond: number;
  readonly setBy: 'api' | 'worker' | 'server';
  /** What was given as the reason, with the queue's own setting. */
  readonly reason: string;
}

/** What to do about a server that breaks off. */
export const LOOK = 'Look at the load and the log of the server.';
/** Workers ask again every minute at the latest. */
const GONE_SECONDS = 90;
const START =
  'Start `pollen-batch worker`, with the same settings as here: those of lanes and of Temporal above all.';
const WAIT =
  'The worker of the local stack takes some seconds to start; if it does not come, its log is in the data folder.';

const { ok, warning, failed, skipped } = checksOf('Temporal');

/** Judges a question without an answer: some servers lack a call, and some keys may not make it. */
export function untold(
  name: string,
  { code, reason }: { readonly code: number; readonly reason: string },
): Check {
  const found = `not told (${reason})`;
  if (code === statusCodes.unimplemented || code === statusCodes.permissionDenied)
    return skipped(name, found);
  return failed(name, found, LOOK);
}

/** Judges who works on the queues, and how fast. */
export function queueChecks(
  queues: readonly QueueFacts[],
  lanes: readonly LaneSettings[],
  isLocal: boolean,
): readonly Check[] {
  return queues.flatMap((facts) => {
    const lane = lanes.find(({ name }) => name === facts.lane);
    const title = facts.lane === undefined ? 'workflows' : `lane ${facts.lane}`;
    return [
      workersCheck(title, facts, isLocal ? WAIT : START),
      ...(lane === undefined ? [] : [rateCheck(title, lane, facts), ...partitionChecks(title, facts)]),
    ];
  });
}

function workersCheck(title: string, { queue, idleSeconds }: QueueFacts, remedy: string): Check {
  const name = `${title}, workers`;
  if ('code' in idleSeconds) return untold(name, idleSeconds);
  const working = idleSeconds.fact.filter((seconds) => seconds <= GONE_SECONDS);
  if (working.length > 0) return ok(name, `${working.length} on queue ${queue}`);
  const last =
    idleSeconds.fact.length === 0
      ? ''
      : `; the last one left ${Math.round(Math.min(...idleSeconds.fact))} s ago`;
  return failed(name, `no worker on queue ${queue}${last}`, remedy);
}

function rateCheck(title: string, lane: LaneSettings, { queue, rate }: QueueFacts): Check {
  const name = `${title}, rate`;
  const wanted = lane.rps === undefined ? 'no limit' : `${lane.rps}/s`;
  if (rate === undefined) return skipped(name, 'not asked');
  // It comes with the workers, whose check has judged it.
  if ('code' in rate) return skipped(name, `not told (${rate.reason})`);
  const inForce = rate.fact;
  if (inForce === undefined || inForce.setBy === 'server') {
    if (lane.rps === undefined) return ok(name, 'no limit, as configured');
    return skipped(name, `none in force yet; a worker sets ${wanted} at its start`);
  }
  const { perSecond, setBy, reason } = inForce;
  const state = parseReason(reason);
  const why = state === undefined ? reason : wordsOf(state);
  const found = `${perSecond}/s in force, by ${setBy === 'worker' ? 'the polls of workers' : `the queue (${why})`}`;
  // Workers stop a lane that must wait, and let it go on by themselves.
  if (perSecond === 0 && state === undefined) {
    return warning(
      name,
      `${found}: the queue stands still`,
      `Give it back to the workers: temporal task-queue config set --task-queue ${queue} --task-queue-type activity --queue-rps-limit default`,
    );
  }
  // A rate that was adapted, or set by hand, is another one by right.
  const { rps: configured } = state?.configured ?? lane;
  if (configured === lane.rps || isClose(configured, lane.rps)) return ok(name, found);
  return warning(
    name,
    `${found}; the settings here say ${wanted}`,
    'Give all machines the same lanes: the worker that starts last sets the rate.',
  );
}

// The state keeps five digits.
function isClose(left = 0, right = 0): boolean {
  return Math.abs(left - right) <= 1e-4 * Math.max(left, right);
}

function partitionChecks(title: string, { partitions }: QueueFacts): readonly Check[] {
  const name = `${title}, partitions`;
  if (partitions === undefined) return [];
  if ('code' in partitions) return [untold(name, partitions)];
  if (partitions.fact <= 1) return [ok(name, '1, so that the rate is even')];
  return [
    warning(
      name,
      `${partitions.fact}: a rate comes in bursts, one for each`,
      'Set matching.numTaskqueueReadPartitions and matching.numTaskqueueWritePartitions to 1 for the queues pollen-batch-lane-… in the dynamic configuration of the server.',
    ),
  ];
}
