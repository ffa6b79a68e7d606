import type { ScheduleDescription } from '@temporalio/client';

import { describeSchedule, type Schedule } from '../../manifest/schedule.ts';
import { readKeptJob } from '../../records/kept-job.ts';
import { listRuns, type ListedRun } from '../list.ts';
import type { Session } from '../session.ts';
import { findKeptSchedule, lookUpSchedule, type FoundSchedule } from './find-schedule.ts';

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
  /** The youngest runs first. */
  readonly runs: readonly ListedRun[];
}

const SHOWN_RUNS = 10;

/** Lists the schedules, by name. */
export async function listSchedules(session: Session): Promise<readonly ListedSchedule[]> {
  const names: string[] = [];
  const { client } = session.temporal;
  for await (const { scheduleId, action } of client.schedule.list()) {
    if (action?.workflowType === 'runJob') names.push(scheduleId);
  }
  const listed: ListedSchedule[] = [];
  for (const name of names.sort()) {
    // One that was removed meanwhile, or that somebody else made, is none of the list.
    const found = await lookUpSchedule(client, name).catch(() => undefined);
    if (found === undefined) continue;
    const kept = await readKeptJob(session.store, found.location);
    listed.push(summaryOf(found, kept?.job.schedule));
  }
  return listed;
}

/** Tells all about one schedule, with its youngest runs. */
export async function getSchedule(session: Session, name: string): Promise<ScheduleDetails> {
  const found = await findKeptSchedule(session, name);
  const { info, state } = found.description;
  const { job } = found.kept;
  return {
    ...summaryOf(found, job.schedule),
    note: state.note === '' ? undefined : state.note,
    description: job.description,
    items: found.kept.items,
    runId: found.kept.runId,
    settings: job.schedule === undefined ? {} : describeSchedule(job.schedule),
    upcoming: info.nextActionTimes.slice(0, SHOWN_RUNS).map((time) => time.toISOString()),
    started: info.numActionsTaken,
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
    runs: await listRuns(session, `TemporalScheduledById = '${name}'`, SHOWN_RUNS),
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
