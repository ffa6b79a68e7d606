import { mapAhead } from '../../at-once.ts';
import type { Plan } from '../../plan/plan.ts';
import { allRuns } from '../../records/all-runs.ts';
import { readBegun, readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { describeRun } from '../runs/runs-in-temporal.ts';
import type { Session } from '../session/session.ts';

/** Runs looked at at once. */
const READS = 8;

/** What sets apart the runs that may have moved a balance. */
export interface OtherRunSearch {
  /** ISO 8601: those that have ended before do not count. */
  readonly since: string;
  /** What the key says of a run that it works for: one of which another key says so does not count. */
  readonly digest: (runId: string) => string;
}

/**
 * Finds another run of the bucket on the same API that was under way at any time since a moment, unless with another key.
 *
 * @returns the id of one such run
 */
export async function findOtherRun(
  session: Pick<Session, 'store' | 'location' | 'temporal'>,
  { runId, api }: Pick<Plan, 'runId' | 'api'>,
  search: OtherRunSearch,
): Promise<string | undefined> {
  const runs = (await allRuns(session.store, session.location)).filter((other) => other.runId !== runId);
  const looks = mapAhead(runs, READS, async (other) =>
    (await wasUnderWay(session, other, api.id, search)) ? other.runId : undefined,
  );
  for await (const found of looks) if (found !== undefined) return found;
  return undefined;
}

// What is damaged tells nothing against it.
async function wasUnderWay(
  { store, temporal }: Pick<Session, 'store' | 'temporal'>,
  run: RunLocation,
  apiId: string,
  { since, digest }: OtherRunSearch,
): Promise<boolean> {
  const marker: Partial<Marker> | null | undefined = await unlessDamaged(() => readMarker(store, run), null);
  if (typeof marker?.endedAt === 'string' && marker.endedAt < since) return false;
  const plan: Partial<Plan> | null | undefined = await unlessDamaged(() => readPlan(store, run), null);
  if (plan === undefined) return false;
  if (plan?.api !== undefined && plan.api.id !== apiId) return false;
  const begun = await unlessDamaged(() => readBegun(store, run), undefined);
  const keys = [begun?.balance?.keyDigest, marker?.balance?.keyDigest].filter((key) => key !== undefined);
  if (keys.length > 0 && !keys.includes(digest(run.runId))) return false;
  if (marker !== undefined) return true;
  // One that was broken off leaves no marker.
  const closedAt = (await describeRun(temporal.client, run.runId))?.closeTime;
  return closedAt === undefined || closedAt.toISOString() >= since;
}
