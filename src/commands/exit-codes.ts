import type { Check } from '../doctor/check.ts';
import { PollenBatchError, type ErrorCode } from '../errors.ts';
import type { Sight } from './runs/follow.ts';
import type { Waited } from './runs/wait.ts';
import type { Watched } from './watch/watch.ts';

/** What the process tells its caller. */
export const exitCodes = {
  succeeded: 0,
  internal: 1,
  usage: 2,
  finishedWithFailures: 3,
  paused: 4,
  expired: 5,
  stopped: 6,
  disagrees: 7,
  interrupted: 130,
} as const;

const usageErrors: ReadonlySet<ErrorCode> = new Set([
  'usage',
  'job-invalid',
  'config-invalid',
  'no-price',
  'too-dear',
  'not-found',
]);

/** Exit code of whatever a command threw. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof PollenBatchError && usageErrors.has(error.code)
    ? exitCodes.usage
    : exitCodes.internal;
}

/** Exit code of a look at a run. */
export function exitCodeOfSight(sight: Sight): number {
  return sight.kind === 'running' && sight.view.state === 'paused' ? exitCodes.paused : exitCodes.succeeded;
}

/** Exit code of a run that was watched. */
export function exitCodeOfRun(watched: Watched): number {
  if (watched.kind === 'left') return exitCodes.interrupted;
  if (watched.kind === 'broken') return exitCodes.internal;
  if (watched.kind === 'paused') return exitCodes.paused;
  switch (watched.marker.state) {
    case 'completed':
      return exitCodes.succeeded;
    case 'completed_with_failures':
      return exitCodes.finishedWithFailures;
    case 'stopped':
      return exitCodes.stopped;
    case 'expired':
      return exitCodes.expired;
    case 'failed':
      return exitCodes.internal;
  }
}

/** From the worst on. */
const bySeverity = [
  exitCodes.internal,
  exitCodes.stopped,
  exitCodes.expired,
  exitCodes.finishedWithFailures,
] as const;

/**
 * Exit code of having waited for runs.
 *
 * @param byStatus - whether it tells how they ended: then that of the worst one
 */
export function exitCodeOfWaits(waited: readonly Waited[], byStatus: boolean): number {
  const kinds = new Set(waited.map(({ kind }) => kind));
  if (kinds.has('left')) return exitCodes.interrupted;
  if (kinds.has('late')) return exitCodes.internal;
  if (kinds.has('paused')) return exitCodes.paused;
  if (!byStatus) return exitCodes.succeeded;
  const codes = waited.map((one) =>
    one.kind === 'ended' || one.kind === 'broken' ? exitCodeOfRun(one) : exitCodes.internal,
  );
  return bySeverity.find((code) => codes.includes(code)) ?? exitCodes.succeeded;
}

/** Exit code of a diagnosis: as that of a command which would have met what failed. */
export function exitCodeOfChecks(checks: readonly Check[]): number {
  const failed = checks.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return exitCodes.succeeded;
  const isSettings = failed.every(({ part }) => part === 'Settings' || part === 'Key');
  return isSettings ? exitCodes.usage : exitCodes.internal;
}
