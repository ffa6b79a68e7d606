import type { Plan, PlannedApi } from '../plan/plan.ts';
import { jobPrefix, type JobLocation, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { newestFirst } from './run-order.ts';
import { readMarker, readPlan, type Marker } from './run-store.ts';
import { unlessDamaged } from './unless-damaged.ts';

/** A run of a job that was planned before. */
export interface PastRun {
  readonly run: RunLocation;
  readonly plan: Plan;
  /** Absent as long as it has not ended. */
  readonly marker?: Marker;
}

/** A past run that has ended. */
export type EndedRun = PastRun & Required<Pick<PastRun, 'marker'>>;

type ApiName = Pick<PlannedApi, 'id' | 'dialect'>;

/** Runs whose work is taken over, and whose figures count. */
const RECENT = 10;
/** Runs looked at at once. */
const READS = 16;
/** Runs looked at in all, of those that a schedule has made and of the others: a job may have thousands. */
const LOOKED_AT = 200;

/**
 * The planned runs of a job against an API, the newest first: one listing, and what each run says of itself. Damaged ones
 * are passed over, and so is what goes beyond 200 runs of a schedule and 200 others.
 */
export async function listPastRuns(
  store: ObjectStore,
  job: JobLocation,
  api: ApiName,
): Promise<readonly PastRun[]> {
  const { scheduled, others } = await candidates(store, job);
  const runs: PastRun[] = [];
  for (const some of inTurns([...scheduled, ...others])) {
    const found = await Promise.all(some.map((run) => readRun(store, run)));
    runs.push(...found.filter((past) => past !== undefined).filter((past) => isOf(past, api)));
  }
  return runs.sort((left, right) => timeOf(right).localeCompare(timeOf(left)));
}

/** Folders of a job's runs, planned or not. */
export async function listRunIds(store: ObjectStore, job: JobLocation): Promise<readonly string[]> {
  // The folder of its schedule is no run's.
  return (await store.listFolders(jobPrefix(job))).filter((name) => name !== 'schedule');
}

/**
 * The runs of a job against an API that ended last, the newest first, as many as count. Of a schedule's runs the names say
 * which are the newest; of up to 200 others the markers do. Plans are read of those alone that may count.
 */
export async function recentRuns(
  store: ObjectStore,
  job: JobLocation,
  api: ApiName,
): Promise<readonly EndedRun[]> {
  const { scheduled, others } = await candidates(store, job);
  const newest: EndedRun[] = [];
  for (const some of inTurns(scheduled)) {
    newest.push(...(await usable(store, await readEnded(store, some), api)));
    if (newest.length >= RECENT) break;
  }
  const ended: Ended[] = [];
  for (const some of inTurns(others)) ended.push(...(await readEnded(store, some)));
  ended.sort((left, right) => right.marker.endedAt.localeCompare(left.marker.endedAt));
  return recentlyEnded(
    [...newest, ...(await usable(store, ended, api))].sort((left, right) =>
      timeOf(right).localeCompare(timeOf(left)),
    ),
  );
}

/** Those of the past runs that have ended, as many as count. */
export function recentlyEnded(runs: readonly PastRun[]): readonly EndedRun[] {
  return runs.filter((past): past is EndedRun => past.marker !== undefined).slice(0, RECENT);
}

type Ended = Omit<EndedRun, 'plan'>;

async function candidates(store: ObjectStore, job: JobLocation) {
  const names = (await listRunIds(store, job)).filter(
    (name) => name.startsWith(`${job.job}-`) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name),
  );
  const { scheduled, others } = newestFirst(names);
  const locate = (runId: string): RunLocation => ({ ...job, runId });
  return {
    scheduled: scheduled.slice(0, LOOKED_AT).map(locate),
    others: others.slice(0, LOOKED_AT).map(locate),
  };
}

function* inTurns(runs: readonly RunLocation[]): Generator<readonly RunLocation[]> {
  for (let first = 0; first < runs.length; first += READS) yield runs.slice(first, first + READS);
}

async function readEnded(store: ObjectStore, runs: readonly RunLocation[]): Promise<readonly Ended[]> {
  const markers = await Promise.all(runs.map((run) => unlessDamaged(() => readMarker(store, run))));
  return runs.flatMap((run, index) => {
    const marker = markers[index];
    return marker === undefined ? [] : [{ run, marker }];
  });
}

// As many as count, of runs that come newest first.
async function usable(
  store: ObjectStore,
  ended: readonly Ended[],
  api: ApiName,
): Promise<readonly EndedRun[]> {
  const found: EndedRun[] = [];
  for (const { run, marker } of ended) {
    if (found.length >= RECENT) break;
    const plan = await unlessDamaged(() => readPlan(store, run));
    if (plan !== undefined && isOf({ plan }, api)) found.push({ run, plan, marker });
  }
  return found;
}

function readRun(store: ObjectStore, run: RunLocation): Promise<PastRun | undefined> {
  return unlessDamaged(async () => {
    const [plan, marker] = await Promise.all([readPlan(store, run), readMarker(store, run)]);
    return plan === undefined ? undefined : { run, plan, ...(marker === undefined ? {} : { marker }) };
  });
}

function isOf({ plan }: Pick<PastRun, 'plan'>, api: ApiName): boolean {
  return plan.api.id === api.id && plan.api.dialect === api.dialect;
}

function timeOf({ plan, marker }: PastRun): string {
  return marker?.endedAt ?? plan.createdAt;
}
