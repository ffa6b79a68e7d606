import { retriedIdOf } from '../../plan/run-id.ts';
import type { KeptJobLocation } from '../../records/kept-job.ts';
import { runKeys } from '../../storage/keys.ts';
import { lookAt, type Sight } from '../runs/follow.ts';
import type { Session } from '../session/session.ts';
import { findSchedule, findSchedules, type FoundSchedule } from './find-schedule.ts';
import { findRunlessTimes } from './find-runless-times.ts';
import { failureOf, missedAt, type ScheduleFailure, type Trace } from './schedule-failures.ts';
import { isUnderWay, openHistory, timeOf, type ScheduledRun } from './scheduled-runs.ts';

/** What has gone wrong with a run of a schedule. */
export interface ListedFailure extends ScheduleFailure {
  /** Zone of the times of its schedule. */
  readonly timezone: string;
}

/**
 * Lists what has gone wrong with the runs of a schedule, or of all, by their planned times; a run that a retry has made good
 * is left out. Runs that Temporal has forgotten are told from the bucket.
 *
 * @param since - planned time of the oldest
 * @returns the youngest first
 * @throws PollenBatchError `not-found` when there is no schedule of that name
 */
export async function listFailures(
  session: Session,
  name: string | undefined,
  since: Date,
  now: Date = new Date(),
): Promise<readonly ListedFailure[]> {
  const schedules =
    name === undefined ? await findSchedules(session) : [await findSchedule(session.temporal.client, name)];
  const failures: ListedFailure[] = [];
  for (const found of schedules) failures.push(...(await failuresOf(session, found, since, now)));
  return failures.sort((left, right) => right.plannedFor.localeCompare(left.plannedFor));
}

async function failuresOf(
  session: Session,
  found: FoundSchedule,
  since: Date,
  now: Date,
): Promise<readonly ListedFailure[]> {
  const { name, description } = found;
  const { timezone = 'UTC' } = description.spec;
  const history = await openHistory(session, found);
  const isYoung = (runId: string): boolean => Date.parse(timeOf(runId)) >= since.getTime();
  const [runs, retries] = await Promise.all([
    history.look(history.runIds.filter(isYoung)),
    history.look(history.retryIds.filter(isYoung)),
  ]);
  const mended = new Set(
    retries.filter(({ state }) => state === 'completed').map(({ runId }) => retriedIdOf(runId)),
  );
  const wrong = runs.filter(({ runId, state }) => state !== 'completed' && !mended.has(runId));
  const told = await Promise.all(
    wrong.map(async (run) => failureOf(name, run, await traceOf(session, found.location, run))),
  );
  const runless = (await findRunlessTimes(session, found, runs, { since, now })) ?? [];
  const missed = runless.filter(({ why }) => why === 'unstarted').map(({ time }) => missedAt(name, time));
  return [...told.filter((failure) => failure !== undefined), ...missed].map((failure) => ({
    ...failure,
    timezone,
  }));
}

async function traceOf(
  session: Session,
  { digest: _digest, ...home }: KeptJobLocation,
  scheduled: ScheduledRun,
): Promise<Trace | undefined> {
  const run = { ...home, runId: scheduled.runId };
  if (scheduled.state === 'paused') return pausedTrace(await lookAt(session, run));
  if (isUnderWay(scheduled) || scheduled.unknown !== undefined) return undefined;
  const [sight, plan] = await Promise.all([
    scheduled.state === 'lost' ? undefined : lookAt(session, run),
    session.store.head(runKeys(run).plan),
  ]);
  const reason = sight?.kind === 'broken' ? sight.reason : undefined;
  return { ...(reason === undefined ? {} : { reason }), isPlanned: plan !== undefined };
}

function pausedTrace(sight: Sight): Trace {
  const paused = sight.kind === 'running' ? (sight.view.paused ?? []) : undefined;
  return { isPlanned: true, ...(paused === undefined ? {} : { paused }) };
}
