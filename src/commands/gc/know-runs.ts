import { mapAtOnce } from '../../at-once.ts';
import { takesOver } from '../../plan/reuse.ts';
import { allRuns } from '../../records/all-runs.ts';
import { readJobFile, readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { KnownRun } from './choose.ts';

/** Runs read at once. */
const READS = 16;

/** What is known of the runs of a bucket. */
export interface KnownRuns {
  readonly known: readonly KnownRun[];
  /** Runs of which an object is damaged, so that nobody can tell whether they may go, or what they need. */
  readonly damaged: readonly RunLocation[];
}

/**
 * Reads of every run how it has ended and what it needs: its marker, its job file, and of one that has not ended the pages of
 * its plan.
 *
 * @param job - job whose runs are looked at. @default all
 */
export async function knowRuns(
  store: ObjectStore,
  locations: readonly Pick<RunLocation, 'prefix' | 'emulated'>[],
  job: string | undefined,
): Promise<KnownRuns> {
  const runs = (await Promise.all(locations.map((location) => allRuns(store, location, job)))).flat();
  const found = await mapAtOnce(runs, READS, async (run) => ({
    run,
    known: await unlessDamaged(() => knowRun(store, run), null),
  }));
  return {
    known: found.flatMap(({ known }) => known ?? []),
    damaged: found.flatMap(({ run, known }) => (known === null ? [run] : [])),
  };
}

async function knowRun(store: ObjectStore, run: RunLocation): Promise<KnownRun | undefined> {
  const [marker, file] = await Promise.all([readMarker(store, run), readJobFile(store, run)]);
  // Some servers keep the folder of a run that was deleted, with nothing in it.
  if (marker === undefined && file === undefined) return undefined;
  const parent = file?.parent?.runId;
  const reused = marker === undefined ? await takenOver(store, run) : [];
  return {
    run,
    ...(marker === undefined ? {} : { end: endOf(marker) }),
    needs: [...(parent === undefined ? [] : [parent]), ...(reused ?? [])],
    ...(reused === undefined ? { isUnplanned: true } : {}),
    ...(file === undefined ? {} : { api: `${file.api.id} ${file.api.dialect}` }),
    // Where its job file is lost, nobody can tell; of one that is being deleted nothing is left to take over.
    isTakenOver: file === undefined ? marker?.collected === undefined : takesOver(file.job),
  };
}

function endOf({
  endedAt,
  state,
  tally,
  collected,
}: Omit<Marker, 'tally'> & Partial<Pick<Marker, 'tally'>>): NonNullable<KnownRun['end']> {
  return {
    at: endedAt,
    state,
    // Markers of earlier versions may not say.
    ...(tally === undefined ? {} : { succeeded: tally.succeeded }),
    ...(collected === undefined ? {} : { collected }),
  };
}

// One that has ended has copies of its own.
async function takenOver(store: ObjectStore, run: RunLocation): Promise<readonly string[] | undefined> {
  const plan = await readPlan(store, run);
  if (plan === undefined) return undefined;
  const found = new Set<string>();
  for (const { page } of plan.pages) {
    const object = await store.get(runKeys(run).page(plan.digest, page));
    const text = Buffer.from(object?.body ?? []).toString('utf8');
    for (const [, runId] of text.matchAll(/"(?:reuse|begun)":\{"runId":"([A-Za-z0-9._-]+)"/g))
      if (runId !== undefined) found.add(runId);
  }
  return [...found];
}
