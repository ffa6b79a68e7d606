import { formatDuration, parseDuration } from './duration.ts';
import type { overlaps, WrittenSchedule } from './schedule-schema.ts';

/** An interval and the offset into it, both in whole seconds. */
export interface ScheduleInterval {
  readonly every: number;
  readonly offset: number;
}

/** When a job runs by itself; what the author left out has its default. */
export interface Schedule {
  readonly cron: readonly string[];
  readonly calendars: NonNullable<WrittenSchedule['calendars']>;
  readonly every: readonly ScheduleInterval[];
  /** Name of the IANA database. */
  readonly timezone: string;
  readonly overlap: (typeof overlaps)[number];
  /** Seconds that a missed time may still start late. */
  readonly catchupWindow: number;
  /** Seconds by which each start is put off at most. */
  readonly jitter: number;
  readonly pauseOnFailure: boolean;
  /** Most that the runs of a period may cost together: decimal Pollen. */
  readonly budget?: { readonly amount: string; readonly per: 'day' | 'week' | 'month' };
  /** Calls only what no earlier run has got: implies `reuse`, and seeds that are the same in every run. */
  readonly newOnly: boolean;
}

/** An outage longer than this is no reason to make up for last night's runs in the morning. */
const CATCHUP_WINDOW = '1h';

/** Fills in the defaults of a schedule that is known to be well formed. */
export function buildSchedule(written: WrittenSchedule): Schedule {
  return {
    cron: listOf(written.cron).map((line) => line.trim()),
    calendars: written.calendars ?? [],
    every: listOf(written.every).map(readInterval),
    timezone: written.timezone ?? 'UTC',
    overlap: written.overlap ?? 'SKIP',
    catchupWindow: secondsOf(written.catchupWindow ?? CATCHUP_WINDOW),
    jitter: secondsOf(written.jitter ?? '0s'),
    pauseOnFailure: written.pauseOnFailure ?? false,
    ...(written.budget === undefined ? {} : { budget: written.budget }),
    newOnly: written.newOnly ?? false,
  };
}

/** A schedule's settings by name, each as one short text, in the words of the job file. */
export function describeSchedule(schedule: Schedule): Readonly<Record<string, string>> {
  return {
    cron: schedule.cron.join(', '),
    calendars: schedule.calendars.map((calendar) => JSON.stringify(calendar)).join(', '),
    every: schedule.every
      .map(({ every, offset }) => formatDuration(every) + (offset > 0 ? `/${formatDuration(offset)}` : ''))
      .join(', '),
    timezone: schedule.timezone,
    overlap: schedule.overlap,
    catchupWindow: formatDuration(schedule.catchupWindow),
    jitter: formatDuration(schedule.jitter),
    pauseOnFailure: String(schedule.pauseOnFailure),
    budget: schedule.budget === undefined ? '' : `${schedule.budget.amount} per ${schedule.budget.per}`,
    newOnly: String(schedule.newOnly),
  };
}

function readInterval(text: string): ScheduleInterval {
  const [every = '', offset = '0s'] = text.split('/');
  return { every: secondsOf(every), offset: secondsOf(offset) };
}

function secondsOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new RangeError(`"${text}" is no duration`);
  return seconds;
}

function listOf<Value>(value: Value | readonly Value[] | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}
