import { PollenBatchError } from '../../errors.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ErasableStore } from '../../storage/erasable-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { describeRun } from '../runs/runs-in-temporal.ts';
import { askTemporal, type Reading } from '../session/reading.ts';
import { choose, type KeptBecause, type KnownRun } from './choose.ts';
import { collect, collectable } from './collect.ts';
import { knowRuns } from './know-runs.ts';

export interface GcOptions {
  /** Seconds since the end of a run, from which on it is old. */
  readonly olderThan: number;
  /** Keep what bills are told by. */
  readonly keepsBills: boolean;
  /** Only runs of this job. @default all */
  readonly job?: string;
  /** @default the time now */
  readonly now?: () => Date;
}

/** A run that goes, and how much of it. */
export interface GoingRun {
  readonly runId: string;
  readonly job: string;
  readonly emulated: boolean;
  /** ISO 8601. */
  readonly endedAt: string;
  readonly objects: number;
  readonly bytes: number;
}

/** A run that is old enough, and stays. */
export interface StayingRun {
  readonly runId: string;
  readonly because: StayReason;
}

type StayReason =
  | KeptBecause
  /** Its workflow has not ended yet, or nobody can tell: it may have notices to hand over. */
  | { readonly kind: 'open' }
  | { readonly kind: 'damaged' }
  /** It was to go, and could not. */
  | { readonly kind: 'left'; readonly reason: string };

/** What gc would do, or has done. */
export interface GcPlan {
  /** Runs that ended before it are old; ISO 8601. */
  readonly before: string;
  readonly keepsBills: boolean;
  readonly runs: readonly GoingRun[];
  readonly objects: number;
  readonly bytes: number;
  readonly stay: readonly StayingRun[];
}

/** Milliseconds since its end for which Temporal is asked whether a run has anything left to do. */
const FRESH_MS = 86_400_000;

/**
 * Finds the runs whose results may go, and what of them would; nothing is changed.
 *
 * @param locations - where runs live in the bucket
 */
export async function planGc(
  reading: Pick<Reading, 'locations' | 'temporal'> & { readonly store: ObjectStore },
  { olderThan, keepsBills, job, now = () => new Date() }: GcOptions,
): Promise<{ readonly plan: GcPlan; readonly runs: readonly RunLocation[] }> {
  const before = new Date(now().getTime() - olderThan * 1_000).toISOString();
  const { known, damaged } = await knowRuns(reading.store, reading.locations, job);
  // Nobody can tell what a damaged run needs of its job.
  const doubtful = new Set(damaged.map((run) => `${run.emulated} ${run.job}`));
  const { go, stay } = choose(known, before);
  const going: { readonly run: RunLocation; readonly going: GoingRun }[] = [];
  const staying: StayingRun[] = [
    ...stay.map(({ run, because }) => ({ runId: run.runId, because })),
    ...damaged.map(({ runId }) => ({ runId, because: { kind: 'damaged' } as const })),
  ];
  for (const one of go) {
    const { run, end } = one;
    const reason = doubtful.has(`${run.emulated} ${run.job}`)
      ? 'damaged'
      : (await isOpen(reading, one, now()))
        ? 'open'
        : undefined;
    if (reason !== undefined) {
      staying.push({ runId: run.runId, because: { kind: reason } });
      continue;
    }
    const keepsBill = keepsBills && end?.collected?.kept !== 'nothing';
    const { keys, bytes } = await collectable(reading.store, run, keepsBill);
    // What was collected before has nothing left that goes.
    if (keys.length === 0) continue;
    const { runId, job: name, emulated } = run;
    going.push({
      run,
      going: { runId, job: name, emulated, endedAt: end?.at ?? '', objects: keys.length, bytes },
    });
  }
  return {
    plan: { before, keepsBills, ...summed(going.map((one) => one.going)), stay: staying },
    runs: going.map(({ run }) => run),
  };
}

/**
 * Collects the runs that were found, one after another, so that what is interrupted is of one run.
 *
 * @param onProgress - hears how many of a run's objects are gone
 * @returns what has gone
 * @throws PollenBatchError `store-unusable` where the credentials may not delete
 */
export async function runGc(
  store: ErasableStore,
  { plan, runs }: Awaited<ReturnType<typeof planGc>>,
  onProgress: (runId: string, removed: number, objects: number) => void = () => {},
  now: () => Date = () => new Date(),
): Promise<GcPlan> {
  const gone: GoingRun[] = [];
  const stay = [...plan.stay];
  for (const [index, run] of runs.entries()) {
    const going = plan.runs[index];
    if (going === undefined) continue;
    const { runId } = run;
    const found = await collect(store, run, plan.keepsBills, now(), (removed) =>
      onProgress(runId, removed, going.objects),
    );
    if (found.kind === 'left') stay.push({ runId, because: found });
    else gone.push({ ...going, objects: found.keys.length, bytes: found.bytes });
  }
  return { ...plan, ...summed(gone), stay };
}

function summed(runs: readonly GoingRun[]): Pick<GcPlan, 'runs' | 'objects' | 'bytes'> {
  return {
    runs,
    objects: runs.reduce((sum, { objects }) => sum + objects, 0),
    bytes: runs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

// Its marker is there a moment before its workflow has ended and its notices are delivered.
async function isOpen(
  reading: Pick<Reading, 'temporal'>,
  { run, end }: KnownRun,
  now: Date,
): Promise<boolean> {
  if (end === undefined || now.getTime() - Date.parse(end.at) > FRESH_MS) return false;
  const found = await askTemporal(reading, ({ client }) => describeRun(client, run.runId));
  return found instanceof PollenBatchError || found?.status.name === 'RUNNING';
}
