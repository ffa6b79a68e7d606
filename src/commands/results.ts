import { PollenBatchError } from '../errors.ts';
import { readMarker, type Marker } from '../records/run-store.ts';
import { copyResults, type CopiedResults } from './copy-results.ts';
import { findRun } from './find-run.ts';
import type { Session } from './session.ts';

/** The copied results of a run, and how it ended. */
export interface RunResults extends CopiedResults {
  readonly runId: string;
  readonly marker: Marker;
}

/**
 * Copies the results of a run that has ended to this machine.
 *
 * @param out - the run gets a folder of its own name below it
 * @throws PollenBatchError `not-found` when there is no such run, `usage` when it has not ended
 */
export async function results(session: Session, runId: string, out: string): Promise<RunResults> {
  const run = await findRun(session, runId);
  const marker = await readMarker(session.store, run);
  if (marker === undefined) {
    throw new PollenBatchError('usage', `run ${runId} has not ended, so its results are not whole`, {
      remedy: `Wait for its end with \`pollen-batch watch ${runId}\`, then copy them.`,
    });
  }
  return { runId, marker, ...(await copyResults(session.store, run, marker, out)) };
}
