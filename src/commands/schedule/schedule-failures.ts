import type { Pause } from '../../workflows/pauses.ts';
import { stopCauses } from '../render/words.ts';
import { isUnderWay, type ScheduledRun } from './scheduled-runs.ts';

/** A run of a schedule that a person may have to do something about, or a time that has none. */
export interface ScheduleFailure {
  readonly schedule: string;
  /** ISO 8601. */
  readonly plannedFor: string;
  /** Absent for a time that has no run. */
  readonly runId?: string;
  readonly state: string;
  readonly reason: string;
  /** What makes it good: a command, with a sentence around it where it needs one. */
  readonly remedy: string;
}

/** What else is known of a run that is paused, or has left no marker. */
export interface Trace {
  /** Why it is paused, where it tells; none where it goes on by now. */
  readonly paused?: readonly Pause[];
  /** Why its workflow failed, where Temporal knows. */
  readonly reason?: string;
  /** Whether its plan is in the bucket. */
  readonly isPlanned: boolean;
}

/**
 * Says what is wrong with a run, and what to do about it.
 *
 * @param trace - of a run that is paused or without a marker
 * @returns `undefined` where all is well, or goes on
 */
export function failureOf(
  schedule: string,
  run: ScheduledRun,
  trace: Trace | undefined,
): ScheduleFailure | undefined {
  const { runId, plannedFor, state, because, items = 0, failed = 0, left = 0 } = run;
  const found = (reason: string, remedy: string): ScheduleFailure => ({
    schedule,
    plannedFor,
    runId,
    state,
    reason,
    remedy,
  });
  if (state === 'paused') {
    const { paused } = trace ?? {};
    if (paused?.length === 0) return undefined;
    return found(
      `${paused?.map(({ message }) => message).join('; ') ?? 'it waits for a person'}, and times that come meanwhile may start no run`,
      paused?.map(({ remedy }) => remedy).join(' ') ??
        `See why, and what to do, with \`pollen-batch get ${runId}\`.`,
    );
  }
  if (isUnderWay(run) || state === 'completed') return undefined;
  if (trace !== undefined) {
    const { reason = state === 'lost' ? 'Temporal knows nothing of it' : 'it left no marker' } = trace;
    const remedy = trace.isPlanned
      ? `pollen-batch resume ${runId} --from-store`
      : backfillOf(schedule, plannedFor);
    return found(reason, remedy);
  }
  const retry = `pollen-batch retry ${runId}`;
  const missing = `${failed + left} of ${items} items have no result`;
  return found(
    because === undefined ? missing : `${stopCauses[because]}: ${missing}`,
    because === 'budget'
      ? `Once there is money for it, in the next period or by a higher budget: ${retry}`
      : retry,
  );
}

/** A time of which nobody knows why it has no run. */
export function missedAt(schedule: string, plannedFor: string): ScheduleFailure {
  return {
    schedule,
    plannedFor,
    state: 'missed',
    reason: 'no run was started: Temporal was away for longer than catchupWindow, or the schedule was paused',
    remedy: backfillOf(schedule, plannedFor),
  };
}

function backfillOf(schedule: string, time: string): string {
  return `pollen-batch schedule backfill ${schedule} --from ${time} --to ${time}`;
}
