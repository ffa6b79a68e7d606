import type { ScheduleSpec } from '@temporalio/client';

import type { Schedule } from '../../manifest/schedule.ts';

/** A schedule's times as Temporal takes them. */
export function temporalSpec(schedule: Schedule): ScheduleSpec {
  return {
    ...(schedule.cron.length > 0 ? { cronExpressions: [...schedule.cron] } : {}),
    ...(schedule.calendars.length > 0
      ? { calendars: schedule.calendars as NonNullable<ScheduleSpec['calendars']> }
      : {}),
    ...(schedule.every.length > 0
      ? {
          intervals: schedule.every.map(({ every, offset }) => ({
            every: every * 1_000,
            offset: offset * 1_000,
          })),
        }
      : {}),
    timezone: schedule.timezone,
    ...(schedule.jitter > 0 ? { jitter: schedule.jitter * 1_000 } : {}),
  };
}

/** What a schedule does about overlaps, outages and failures, as Temporal takes it. */
export function temporalPolicies({ overlap, catchupWindow, pauseOnFailure }: Schedule) {
  return { overlap, catchupWindow: catchupWindow * 1_000, pauseOnFailure };
}
