import type { Plan, PlannedApi } from '../plan/plan.ts';
import { jobPrefix, type JobLocation, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readMarker, readPlan, type Marker } from './run-store.ts';

/** A run of a job that was planned before. */
export interface PastRun {
  readonly run: RunLocation;
  readonly plan: Plan;
  /** Absent as long as it has not ended. */
  readonly marker?: Marker;
}

/** A past run that has ended. */
export type EndedRun = PastRun & Required<Pick<PastRun, 'marker'>>;

/** Runs whose work is taken over, and whose figures count. */
const RECENT = 10;
/** Runs looked at at once. */
const READS = 16;

/** The planned runs of a job against an API, the newest first: one listing, and what each run says of itself. */
export async function listPastRuns(
  store: ObjectStore,
  job: JobLocation,
  api: Pick<PlannedApi, 'id' | 'dialect'>,
): Promise<readonly PastRun[]> {
  const names = (await listRunIds(store, job)).filter((name) => name.startsWith(`${job.job}-`));
  const runs: PastRun[] = [];
  for (let first = 0; first < names.length; first += READS) {
    const some = names.slice(first, first + READS);
    const found = await Promise.all(some.map((runId) => readRun(store, { ...job, runId })));
    runs.push(...found.filter((past) => past !== undefined));
  }
  const own = runs.filter(({ plan }) => plan.api.id === api.id && plan.api.dialect === api.dialect);
  return own.sort((left, right) => timeOf(right).localeCompare(timeOf(left)));
}

/** Folders of a job's runs, planned or not. */
export async function listRunIds(store: ObjectStore, job: JobLocation): Promise<readonly string[]> {
  // The folder of its schedule is no run's.
  return (await store.listFolders(jobPrefix(job))).filter((name) => name !== 'schedule');
}

/** The runs of a job against an API that ended last, the newest first, as many as count. */
export async function recentRuns(
  store: ObjectStore,
  job: JobLocation,
  api: Pick<PlannedApi, 'id' | 'dialect'>,
): Promise<readonly EndedRun[]> {
  return recentlyEnded(await listPastRuns(store, job, api));
}

/** Those of the past runs that have ended, as many as count. */
export function recentlyEnded(runs: readonly PastRun[]): readonly EndedRun[] {
  return runs.filter((past): past is EndedRun => past.marker !== undefined).slice(0, RECENT);
}

async function readRun(store: ObjectStore, run: RunLocation): Promise<PastRun | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(run.runId)) return undefined;
  const [plan, marker] = await Promise.all([readPlan(store, run), readMarker(store, run)]);
  return plan === undefined ? undefined : { run, plan, ...(marker === undefined ? {} : { marker }) };
}

function timeOf({ plan, marker }: PastRun): string {
  return marker?.endedAt ?? plan.createdAt;
}
