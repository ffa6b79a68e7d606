import { runsBeginning, allRuns } from '../records/all-runs.ts';
import { readPlan } from '../records/run-store.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { TemporalClient } from '../temporal/connect-client.ts';
import { findRun } from './find-run.ts';
import { noRun, onlyRun, parseReference } from './run-reference.ts';
import { idsBeginning, latestId } from './runs-in-temporal.ts';
import type { Session } from './session.ts';

/** Plans read at once. */
const READS = 32;

/**
 * Finds the run that a person means: by its id, the beginning of its id, or `@latest`.
 *
 * @throws PollenBatchError `not-found`; `usage` where several runs begin so
 */
export async function resolveRun(session: Session, text: string): Promise<RunLocation> {
  const reference = parseReference(text);
  switch (reference.kind) {
    case 'whole':
      return findRun(session, reference.runId);
    case 'latest': {
      const runId = (await latestId(session.temporal.client)) ?? (await latestInBucket(session));
      if (runId === undefined) throw noRun(text, `bucket ${session.store.bucket}`);
      return findRun(session, runId);
    }
    case 'beginning': {
      const [known, stored] = await Promise.all([
        idsBeginning(session.temporal.client, text),
        runsBeginning(session.store, session.location, text),
      ]);
      const runId = onlyRun(text, [...known, ...stored.map((run) => run.runId)]);
      if (runId === undefined) throw noRun(text, `bucket ${session.store.bucket}`);
      return findRun(session, runId);
    }
  }
}

/**
 * The id of the run that a person means, by Temporal alone: a run must be suspended just when the store is away. A whole
 * id is taken as it is, since the list of runs may lag behind.
 *
 * @throws PollenBatchError as {@link resolveRun} does
 */
export async function resolveRunId({ client, namespace }: TemporalClient, text: string): Promise<string> {
  const reference = parseReference(text);
  if (reference.kind === 'whole') return reference.runId;
  const runId =
    reference.kind === 'latest'
      ? await latestId(client)
      : onlyRun(text, await idsBeginning(client, reference.text));
  if (runId === undefined) throw noRun(text, `namespace ${namespace} of Temporal`);
  return runId;
}

async function latestInBucket({ store, location }: Session): Promise<string | undefined> {
  const runs = await allRuns(store, location);
  let latest: { readonly runId: string; readonly at: string } | undefined;
  for (let first = 0; first < runs.length; first += READS) {
    const some = runs.slice(first, first + READS);
    const plans = await Promise.all(some.map((run) => unlessDamaged(() => readPlan(store, run))));
    for (const plan of plans) {
      if (plan !== undefined && (latest === undefined || plan.createdAt > latest.at))
        latest = { runId: plan.runId, at: plan.createdAt };
    }
  }
  return latest?.runId;
}
