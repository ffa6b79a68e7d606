import { ApplicationFailure } from '@temporalio/workflow';

/** Why a run refuses what it is told, by the type of the failure. */
export type Refusal = 'usage' | 'no-budget' | 'no-deadline' | 'not-waiting' | 'too-late';

/** Refuses what a run is told: it changes nothing. */
export function refusal(type: Refusal, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: true });
}

/** Refuses to change a run that makes no more calls. */
export function tooLateFailure(runId: string): ApplicationFailure {
  return refusal('too-late', `run ${runId} makes no more calls`);
}
