import { PollenBatchError } from '../../errors.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import { plannedTimeOf } from '../../workflows/ids.ts';
import { jobOfRun, noRun } from './run-reference.ts';
import { describeRun } from './runs-in-temporal.ts';
import type { Session } from '../session/session.ts';

/**
 * Finds a run by its id: it is in the bucket even when Temporal has forgotten it.
 *
 * @throws PollenBatchError `not-found`
 */
export async function findRun(session: Session, runId: string): Promise<RunLocation> {
  const job = jobOfRun(runId);
  if (job !== undefined) {
    const run = { ...session.location, job, runId };
    if ((await session.store.head(runKeys(run).job)) !== undefined) return run;
    // One that could not be planned has left nothing there, and can still say why.
    if (
      plannedTimeOf(runId) !== undefined &&
      (await describeRun(session.temporal.client, runId)) !== undefined
    )
      return run;
    const other = { ...run, emulated: !run.emulated };
    if ((await session.store.head(runKeys(other).job)) !== undefined) throw otherApi(session, other);
  }
  throw noRun(runId, `bucket ${session.store.bucket}`);
}

function otherApi({ api }: Session, { runId, emulated }: RunLocation): PollenBatchError {
  const found = emulated ? 'made with the emulator' : 'a run of the real API';
  return new PollenBatchError('not-found', `run ${runId} is ${found}, and the API is now ${api.base}`, {
    remedy: emulated
      ? 'Set POLLINATIONS_BASE_URL to the emulator, or leave key and address out where the local stack starts one.'
      : 'Set POLLINATIONS_API_KEY, or POLLINATIONS_BASE_URL to that API.',
  });
}
