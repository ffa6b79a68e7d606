import type { Plan, PlannedApi } from '../plan/plan.ts';
import { isTrial } from '../plan/run-id.ts';
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

/** What a job has behind it. */
export interface PastRuns {
  /** Runs that ended last, the newest first, as many as count. */
  readonly ended: readonly EndedRun[];
  /** The newest run of the whole job, ended or not; absent where it has none. */
  readonly last?: PastRun;
  /** Why some were not looked at, in sentences. */
  readonly warnings: readonly string[];
}

type ApiName = Pick<PlannedApi, 'id' | 'dialect'>;

/** Runs whose work is taken over, and whose figures count. */
const RECENT = 10;
/** Runs looked at at once. */
const READS = 16;
/** Runs looked at in all, of those that a schedule has made and of the others: a job may have thousands. */
const LOOKED_AT = 200;

/** Folders of a job's runs, planned or not. */
export async function listRunIds(store: ObjectStore, job: JobLocation): Promise<readonly string[]> {
  // The folder of its schedule is no run's.
  return (await store.listFolders(jobPrefix(job))).filter((name) => name !== 'schedule');
}

/**
 * The runs of a job against an API that ended last: one listing, the markers of up to 200 runs of its schedule and 200
 * others, and the plans of those that may count. Damaged ones are passed over, with a warning.
 */
export async function recentRuns(
  store: ObjectStore,
  job: JobLocation,
  api: ApiName,
): Promise<Omit<PastRuns, 'last'>> {
  const { found, warnings } = await findRuns(store, job);
  const ended: EndedRun[] = [];
  for await (const past of planned(store, found.filter(isEnded).sort(lastEndedFirst), api, warnings)) {
    ended.push(past);
    if (ended.length >= RECENT) break;
  }
  return { ended, warnings };
}

/** The same, and the newest run of the whole job. */
export async function pastRuns(store: ObjectStore, job: JobLocation, api: ApiName): Promise<PastRuns> {
  const { found, warnings } = await findRuns(store, job);
  const ended: EndedRun[] = [];
  let last: PastRun | undefined;
  for await (const past of planned(store, found.filter(isEnded).sort(lastEndedFirst), api, warnings)) {
    if (ended.length < RECENT) ended.push(past);
    if (!isTrial(past.run.runId)) last ??= past;
    if (ended.length >= RECENT && last !== undefined) break;
  }
  const open = found.filter(({ run, marker }) => marker === undefined && !isTrial(run.runId));
  for await (const past of planned(store, open, api, warnings)) {
    if (last === undefined || timeOf(past) > timeOf(last)) last = past;
  }
  return { ended, warnings, ...(last === undefined ? {} : { last }) };
}

interface FoundRun {
  readonly run: RunLocation;
  readonly marker?: Marker;
}

async function findRuns(
  store: ObjectStore,
  job: JobLocation,
): Promise<{ readonly found: readonly FoundRun[]; readonly warnings: string[] }> {
  const names = (await listRunIds(store, job)).filter(
    (name) => name.startsWith(`${job.job}-`) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name),
  );
  const { scheduled, others } = newestFirst(names);
  const ids = [...scheduled.slice(0, LOOKED_AT), ...others.slice(0, LOOKED_AT)];
  const warnings: string[] = [];
  // Nothing tells which of them are the newest, so what is left out may be among those that count.
  if (others.length > LOOKED_AT) {
    warnings.push(
      `${job.job} has ${others.length} runs that no schedule made, of which ${LOOKED_AT} were looked at`,
    );
  }
  const found: FoundRun[] = [];
  for (let first = 0; first < ids.length; first += READS) {
    const some = ids.slice(first, first + READS).map((runId): RunLocation => ({ ...job, runId }));
    const markers = await Promise.all(some.map((run) => unlessDamaged(() => readMarker(store, run), null)));
    for (const [index, run] of some.entries()) {
      const marker = markers[index];
      if (marker === undefined) found.push({ run });
      else if (isWhole(marker)) found.push({ run, marker });
      else warnings.push(passedOver(run, 'marker'));
    }
  }
  return { found, warnings };
}

// In the order given, as they are asked for: who has enough reads no more.
async function* planned<Found extends FoundRun>(
  store: ObjectStore,
  runs: readonly Found[],
  api: ApiName,
  warnings: string[],
): AsyncGenerator<Found & { readonly plan: Plan }> {
  for (const found of runs) {
    const plan = await unlessDamaged(() => readPlan(store, found.run), null);
    if (plan === undefined) continue;
    if (!isPlan(plan)) warnings.push(passedOver(found.run, 'plan'));
    else if (plan.api.id === api.id && plan.api.dialect === api.dialect) yield { ...found, plan };
  }
}

function passedOver({ runId }: RunLocation, what: 'marker' | 'plan'): string {
  return `run ${runId} is passed over: its ${what} is damaged, or of an earlier version`;
}

function isEnded(found: FoundRun): found is Required<FoundRun> {
  return found.marker !== undefined;
}

function lastEndedFirst(left: Required<FoundRun>, right: Required<FoundRun>): number {
  return right.marker.endedAt.localeCompare(left.marker.endedAt);
}

function isWhole(marker: Partial<Marker> | null): marker is Marker {
  return (
    typeof marker?.endedAt === 'string' &&
    Array.isArray(marker.parts) &&
    (marker.parts as readonly (Partial<Marker['parts'][number]> | null)[]).every(
      (part) => typeof part?.key === 'string' && typeof part.sha256 === 'string',
    )
  );
}

function isPlan(plan: Partial<Plan> | null): plan is Plan {
  return typeof plan?.createdAt === 'string' && typeof plan.api?.id === 'string' && Array.isArray(plan.pages);
}

function timeOf({ plan, marker }: PastRun): string {
  return marker?.endedAt ?? plan.createdAt;
}
