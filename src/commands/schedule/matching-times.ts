import { msToTs, tsToDate } from '@temporalio/common/lib/time.js';

import type { Session } from '../session/session.ts';

/** Most times that the server tells at once. */
export const MAX_TIMES = 1_000;

const HOUR_MS = 3_600_000;
const YEARS_MS = 5 * 366 * 24 * HOUR_MS;

/**
 * The times of a schedule in a span, as the server counts them, jitter included.
 *
 * @returns at most a thousand, oldest first
 */
export async function matchingTimes(
  { temporal }: Session,
  scheduleId: string,
  from: Date,
  to: Date,
): Promise<readonly Date[]> {
  const { startTime } = await temporal.client.workflowService.listScheduleMatchingTimes({
    namespace: temporal.namespace,
    scheduleId,
    startTime: msToTs(from.getTime()),
    endTime: msToTs(to.getTime()),
  });
  return startTime.map((time) => tsToDate(time));
}

/** The next times of a schedule, up to five years ahead. */
export async function nextTimes(
  session: Session,
  scheduleId: string,
  count: number,
  now: Date,
): Promise<readonly Date[]> {
  // A span that is far too long would come back cut off, and one for all schedules is too short for some.
  for (let span = HOUR_MS; ; span *= 4) {
    const end = Math.min(span, YEARS_MS);
    const times = await matchingTimes(session, scheduleId, now, new Date(now.getTime() + end));
    if (times.length >= count || end === YEARS_MS) return times.slice(0, count);
  }
}
