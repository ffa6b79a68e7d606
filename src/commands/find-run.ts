import { PollenBatchError } from '../errors.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { Session } from './session.ts';

/**
 * Finds a run by its id: it is in the bucket even when Temporal has forgotten it.
 *
 * @throws PollenBatchError `not-found`
 */
export async function findRun(session: Session, runId: string): Promise<RunLocation> {
  const job = /^([A-Za-z0-9][A-Za-z0-9._-]*)-[0-9a-f]{10}(-r\d+|-\d{8}T\d{6}Z)?$/.exec(runId)?.[1];
  if (job !== undefined) {
    const run = { ...session.location, job, runId };
    if ((await session.store.head(runKeys(run).job)) !== undefined) return run;
  }
  throw new PollenBatchError('not-found', `there is no run ${runId} in bucket ${session.store.bucket}`, {
    remedy: 'List the runs with `pollen-batch list`.',
  });
}
