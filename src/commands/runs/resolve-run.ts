import { mapAhead } from '../../at-once.ts';
import { PollenBatchError } from '../../errors.ts';
import { allRuns, isClaimed, runsBeginning } from '../../records/all-runs.ts';
import { readPlan } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { plannedTimeOf } from '../../workflows/ids.ts';
import { findRun } from './find-run.ts';
import { askTemporal, findStored, readingOf, type Reading } from '../session/reading.ts';
import { jobOfRun, noRun, onlyRun, parseReference, type RunReference } from './run-reference.ts';
import { describeRun, idsBeginning, latestId } from './runs-in-temporal.ts';
import type { Session } from '../session/session.ts';

/** Runs looked at at once. */
const READS = 32;

/**
 * Finds the run that a person means: by its id, the beginning of its id, or `@latest`.
 *
 * @throws PollenBatchError `not-found`; `usage` where several runs begin so
 */
export async function resolveRun(session: Session, text: string): Promise<RunLocation> {
  return findRun(session, await idOf(readingOf(session), text));
}

/**
 * Finds the run that a person means, of whatever API; by the bucket alone where Temporal is away.
 *
 * @throws PollenBatchError as {@link resolveRun} does
 */
export async function resolveStored(
  reading: Pick<Reading, 'store' | 'locations' | 'temporal'>,
  text: string,
): Promise<RunLocation> {
  const runId = await idOf(reading, text);
  const run = (await findStored(reading, runId)) ?? (await findUnplanned(reading, runId));
  if (run === undefined) throw noRun(runId, `bucket ${reading.store.bucket}`);
  return run;
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

type Sources = Pick<Reading, 'store' | 'locations' | 'temporal'>;

async function idOf(sources: Sources, text: string): Promise<string> {
  const runId = await lookUp(sources, parseReference(text));
  if (runId === undefined) throw noRun(text, `bucket ${sources.store.bucket}`);
  return runId;
}

async function lookUp(sources: Sources, reference: RunReference): Promise<string | undefined> {
  switch (reference.kind) {
    case 'whole':
      return reference.runId;
    case 'latest': {
      const known = await askTemporal(sources, ({ client }) => latestId(client));
      return typeof known === 'string' ? known : latestInBucket(sources);
    }
    case 'beginning': {
      const { text } = reference;
      const [known, ...stored] = await Promise.all([
        askTemporal(sources, ({ client }) => idsBeginning(client, text)),
        ...sources.locations.map((location) => runsBeginning(sources.store, location, text)),
      ]);
      const ids = known instanceof PollenBatchError ? [] : known;
      return onlyRun(text, [...ids, ...(await claimedOf(sources, stored.flat(), ids))]);
    }
  }
}

// Of more than a few the first ones are named in any case.
async function claimedOf(
  { store }: Sources,
  stored: readonly RunLocation[],
  known: readonly string[],
): Promise<readonly string[]> {
  const others = stored.filter(({ runId }) => !known.includes(runId));
  const there = await Promise.all(others.map(async (run, index) => index >= READS || isClaimed(store, run)));
  return others.filter((_, index) => there[index]).map(({ runId }) => runId);
}

// A scheduled run that could not be planned has left nothing in the bucket, and can still say why.
async function findUnplanned(
  { locations, ...sources }: Sources,
  runId: string,
): Promise<RunLocation | undefined> {
  const job = jobOfRun(runId);
  if (job === undefined || plannedTimeOf(runId) === undefined) return undefined;
  const known = await askTemporal(sources, ({ client }) => describeRun(client, runId));
  if (known === undefined || known instanceof PollenBatchError) return undefined;
  const location = locations.find(({ emulated }) => emulated === (known.memo?.['emulated'] === true));
  return location && { ...location, job, runId };
}

async function latestInBucket({ store, locations }: Sources): Promise<string | undefined> {
  const runs = (await Promise.all(locations.map((location) => allRuns(store, location)))).flat();
  let latest: { readonly runId: string; readonly at: string } | undefined;
  const plans = mapAhead(runs, READS, (run) => unlessDamaged(() => readPlan(store, run)));
  for await (const plan of plans) {
    if (plan !== undefined && (latest === undefined || plan.createdAt > latest.at))
      latest = { runId: plan.runId, at: plan.createdAt };
  }
  return latest?.runId;
}
