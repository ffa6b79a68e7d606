import type { ScheduleDescription } from '@temporalio/client';

import { describeSchedule, type Schedule } from '../../manifest/schedule.ts';
import { readKeptJob } from '../../records/kept-job.ts';
import type { Session } from '../session/session.ts';
import { findKeptSchedule, findSchedules, type FoundSchedule } from './find-schedule.ts';
import { budgetPeriod, periodCosts, type PeriodCost } from './period-costs.ts';
import type { RunlessTime } from './runless-times.ts';
import { openHistory, timeOf, type ScheduledRun } from './scheduled-runs.ts';
import { findRunlessTimes } from './find-runless-times.ts';

/** A schedule in the list. */
export interface ListedSchedule {
  readonly schedule: string;
  readonly state: 'active' | 'paused';
  /** Its times in the words of the job file. */
  readonly times: string;
  readonly timezone: string;
  /** Next time, ISO 8601; absent when there is none. */
  readonly next: string | undefined;
  /** Start of the last run, ISO 8601; absent before the first. */
  readonly last: string | undefined;
}

/** All there is to say about a schedule. */
export interface ScheduleDetails extends ListedSchedule {
  /** Why it is paused, as whoever did it said. */
  readonly note: string | undefined;
  readonly description: string | undefined;
  readonly items: number;
  /** First part of its runs' ids. */
  readonly runId: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Next times, ISO 8601. */
  readonly upcoming: readonly string[];
  /** Runs that its times and people have started. */
  readonly started: number;
  /** Times at which the last run went on, and `overlap` said to start none. */
  readonly skipped: number;
  /** Times that an outage longer than `catchupWindow` took. */
  readonly missed: number;
  /** Times since the oldest of `runs` that have no run, the youngest first; absent where they cannot be told. */
  readonly runless: readonly RunlessTime[] | undefined;
  /** The youngest runs first. */
  readonly runs: readonly ScheduledRun[];
  /** What all runs of the periods of `runs` have cost, the youngest first; those with too many to add up are left out. */
  readonly periods: readonly PeriodCost[];
}

const SHOWN_TIMES = 10;
/** Runs that are read to add up what their periods have cost. */
const MOST_READ = 2_000;

/** Lists the schedules, by name. */
export async function listSchedules(session: Session): Promise<readonly ListedSchedule[]> {
  const listed: ListedSchedule[] = [];
  for (const found of await findSchedules(session)) {
    const kept = await readKeptJob(session.store, found.location);
    listed.push(summaryOf(found, kept?.job.schedule));
  }
  return listed;
}

/**
 * Tells all about one schedule, with its youngest runs.
 *
 * @param limit - runs at most
 */
export async function getSchedule(
  session: Session,
  name: string,
  limit = 10,
  now: Date = new Date(),
): Promise<ScheduleDetails> {
  const found = await findKeptSchedule(session, name);
  const { info, state } = found.description;
  const { job } = found.kept;
  const { timezone = 'UTC', schedule } = job;
  const history = await openHistory(session, found);
  const shown = history.runIds.slice(0, limit);
  const periodIn = (runId: string): string => budgetPeriod(timeOf(runId), timezone, schedule?.budget);
  const periods = new Set(shown.map(periodIn));
  const its = [...history.runIds, ...history.retryIds].filter((runId) => periods.has(periodIn(runId)));
  const isMuch = its.length > MOST_READ;
  const looked = await history.look(isMuch ? shown : its);
  const runs = looked.filter(({ runId }) => shown.includes(runId));
  const since = runs.length < limit ? info.createdAt : new Date(runs.at(-1)?.plannedFor ?? now);
  return {
    ...summaryOf(found, schedule),
    note: state.note === '' ? undefined : state.note,
    description: job.description,
    items: found.kept.items,
    runId: found.kept.runId,
    settings: schedule === undefined ? {} : describeSchedule(schedule),
    upcoming: info.nextActionTimes.slice(0, SHOWN_TIMES).map((time) => time.toISOString()),
    started: info.numActionsTaken,
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
    runless: await findRunlessTimes(session, found, runs, { since, now }),
    runs,
    periods: isMuch ? [] : periodCosts(looked, timezone, schedule?.budget),
  };
}

function summaryOf({ name, description }: FoundSchedule, schedule: Schedule | undefined): ListedSchedule {
  const { info, state } = description;
  const {
    cron = '',
    every = '',
    calendars = '',
  } = schedule === undefined ? { cron: 'its job is not in this bucket' } : describeSchedule(schedule);
  return {
    schedule: name,
    state: state.paused ? 'paused' : 'active',
    times: [cron, every === '' ? '' : `every ${every}`, calendars].filter((text) => text !== '').join('; '),
    timezone: schedule?.timezone ?? 'UTC',
    next: state.paused ? undefined : info.nextActionTimes[0]?.toISOString(),
    last: lastStart(description),
  };
}

function lastStart({ info }: ScheduleDescription): string | undefined {
  return info.recentActions.at(-1)?.takenAt.toISOString();
}
