import type { Session } from '../session/session.ts';
import type { FoundSchedule } from './find-schedule.ts';
import { matchingTimes, MAX_TIMES } from './matching-times.ts';
import { runlessTimes, type RunlessTime } from './runless-times.ts';
import type { ScheduledRun } from './scheduled-runs.ts';

/** A span that is halved so often holds no second any more. */
const HALVES = 32;

/**
 * Finds the times of a schedule that have no run, as far back as its times are what they are now.
 *
 * @param runs - its runs of that span
 * @returns the youngest first; `undefined` where a jitter keeps times and runs from being told together
 */
export async function findRunlessTimes(
  session: Session,
  { name, description }: FoundSchedule,
  runs: readonly ScheduledRun[],
  { since, now }: { readonly since: Date; readonly now: Date },
): Promise<readonly RunlessTime[] | undefined> {
  if ((description.spec.jitter ?? 0) > 0) return undefined;
  const { createdAt, lastUpdatedAt, numActionsMissedCatchupWindow: missed } = description.info;
  // Times before a change were other ones.
  const from = Math.max(since.getTime(), (lastUpdatedAt ?? createdAt).getTime());
  const times = await youngestTimes(session, name, from, now);
  // Where an outage took none, they passed while the schedule was paused.
  return runlessTimes(times, runs, now).filter(({ why }) => why === 'skipped' || missed > 0);
}

// The server tells the oldest of a span that holds too many.
async function youngestTimes(
  session: Session,
  name: string,
  from: number,
  now: Date,
): Promise<readonly Date[]> {
  let start = from;
  for (let halves = 0; start < now.getTime() && halves < HALVES; halves += 1) {
    const times = await matchingTimes(session, name, new Date(start), now);
    if (times.length < MAX_TIMES) return times;
    start += Math.ceil((now.getTime() - start) / 2);
  }
  return [];
}
