import { mapAtOnce } from '../../at-once.ts';
import type { Plan } from '../../plan/plan.ts';
import { allRuns, isClaimed } from '../../records/all-runs.ts';
import { newestFirst } from '../../records/run-order.ts';
import { readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Reading } from '../session/reading.ts';

/** A run as it lies in the bucket; what is damaged is left out. */
export interface StoredRun {
  readonly run: RunLocation;
  readonly plan: Plan | undefined;
  readonly marker: Marker | undefined;
}

/** Runs looked at at once. */
const READS = 32;
/** Runs looked at in all: each takes two or three reads. */
const LOOKED_AT = 2_000;

/**
 * Reads the runs that lie in the bucket.
 *
 * @param known - tells whether a run is known already, and need not be read
 * @param job - job whose runs are wanted; absent for those of all
 */
export async function storedRuns(
  { store, locations }: Pick<Reading, 'locations'> & { readonly store: ObjectStore },
  known: Promise<(runId: string) => boolean>,
  job: string | undefined,
): Promise<{ readonly runs: readonly StoredRun[]; readonly leftOut: number }> {
  const listing = Promise.all(locations.map((location) => allRuns(store, location, job)));
  const [all, isKnown] = await Promise.all([listing, known]);
  const places = new Map(
    all
      .flat()
      .filter(({ runId }) => !isKnown(runId))
      .map((run) => [run.runId, run]),
  );
  const { scheduled, others } = newestFirst([...places.keys()]);
  const wanted = [...others, ...scheduled].slice(0, LOOKED_AT);
  const some = wanted.flatMap((runId) => places.get(runId) ?? []);
  const runs = await mapAtOnce(some, READS, async (run): Promise<StoredRun | undefined> => {
    const [plan, marker] = await Promise.all([
      unlessDamaged(() => readPlan(store, run)),
      unlessDamaged(() => readMarker(store, run)),
    ]);
    // It is being deleted.
    if (marker?.collected?.kept === 'nothing') return undefined;
    const isThere = plan !== undefined || marker !== undefined || (await isClaimed(store, run));
    return isThere ? { run, plan, marker } : undefined;
  });
  return { runs: runs.filter((one) => one !== undefined), leftOut: places.size - wanted.length };
}
