import { isUnderWay, type ScheduledRun } from './scheduled-runs.ts';

/** A time of a schedule at which no run was started, ISO 8601. */
export interface RunlessTime {
  readonly time: string;
  /**
   * `skipped`: the last run went on, or waited to; `unstarted`: an outage took it, or the schedule was paused, which Temporal
   * counts and does not date.
   */
  readonly why: 'skipped' | 'unstarted';
}

/** So long a run may take to turn up after its time, in milliseconds. */
const TURN_UP_MS = 60_000;

/**
 * Finds the times of a schedule that have no run, the youngest first.
 *
 * @param times - planned times as the server counts them
 * @param runs - all that may have been started at them, or were under way
 */
export function runlessTimes(
  times: readonly Date[],
  runs: readonly ScheduledRun[],
  now: Date,
): readonly RunlessTime[] {
  const started = new Set(runs.map(({ plannedFor }) => Date.parse(plannedFor)));
  const spans = runs.map((run): readonly [number, number] => [
    Date.parse(run.startedAt ?? run.plannedFor),
    run.endedAt === undefined ? (isUnderWay(run) ? Infinity : 0) : Date.parse(run.endedAt),
  ]);
  return times
    .map((time) => time.getTime())
    .filter((time) => !started.has(time) && time < now.getTime() - TURN_UP_MS)
    .sort((left, right) => right - left)
    .map((time) => ({
      time: `${new Date(time).toISOString().slice(0, 19)}Z`,
      why: spans.some(([from, to]) => from <= time && time < to) ? 'skipped' : 'unstarted',
    }));
}
