import { mapAhead } from '../at-once.ts';
import type { Plan, PlannedApi } from '../plan/plan.ts';
import { isTrial } from '../plan/run-id.ts';
import { jobPrefix, type JobLocation, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { areEnough, isFruitless } from './recent.ts';
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
  /** The run of the whole job that was planned last, ended or not; absent where it has none. */
  readonly last?: PastRun;
  /** Names of all runs, of those that were not planned or are of another API too: each may have sent the same bytes. */
  readonly names: readonly string[];
  /** Why some were not looked at, in sentences. */
  readonly warnings: readonly string[];
}

type ApiName = Pick<PlannedApi, 'id' | 'dialect'>;

/** Runs looked at at once. */
const READS = 16;
/** Runs looked at in all, of those that a schedule has made and of the others: a job may have thousands. */
const LOOKED_AT = 200;

/**
 * The runs of a job against an API that ended last and got something: ten, and where all ten were cut short, or are
 * of the first items alone, those before them too, back to one that is whole. A night without money would else make the next
 * one call for everything again. One listing, the markers of up to 200 runs of its schedule and 200 others, and the plans of
 * those that may count. Damaged ones are passed over, with a warning.
 */
export async function recentRuns(
  store: ObjectStore,
  job: JobLocation,
  api: ApiName,
): Promise<Omit<PastRuns, 'last'>> {
  const { found, names, warnings } = await findRuns(store, job);
  const ended: EndedRun[] = [];
  for await (const past of planned(store, lastEnded(found), api, warnings)) {
    ended.push(past);
    if (haveEnough(ended)) break;
  }
  return { ended, names, warnings };
}

/** The same, and the run of the whole job that was planned last. */
export async function pastRuns(store: ObjectStore, job: JobLocation, api: ApiName): Promise<PastRuns> {
  const { found, names, warnings } = await findRuns(store, job);
  const ended: EndedRun[] = [];
  let last: PastRun | undefined;
  for await (const past of planned(store, lastEnded(found), api, warnings)) {
    if (!haveEnough(ended)) ended.push(past);
    last = laterPlanned(last, past);
    // Those that follow ended before, and so were planned before.
    if (haveEnough(ended) && last !== undefined && past.marker.endedAt <= last.plan.createdAt) break;
  }
  const open = found.filter(
    (one) => (one.marker === undefined || isFruitless(one.marker.tally)) && !isTrial(one.run.runId),
  );
  for await (const past of planned(store, open, api, warnings)) last = laterPlanned(last, past);
  return { ended, names, warnings, ...(last === undefined ? {} : { last }) };
}

interface FoundRun {
  readonly run: RunLocation;
  readonly marker?: Marker;
}

async function findRuns(
  store: ObjectStore,
  job: JobLocation,
): Promise<Pick<PastRuns, 'names'> & { readonly found: readonly FoundRun[]; readonly warnings: string[] }> {
  // The folder of its schedule is no run's.
  const folders = (await store.listFolders(jobPrefix(job))).filter((name) => name !== 'schedule');
  const known = folders.filter(
    (name) => name.startsWith(`${job.job}-`) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name),
  );
  const { scheduled, others } = newestFirst(known);
  const ids = [...scheduled.slice(0, LOOKED_AT), ...others.slice(0, LOOKED_AT)];
  const warnings: string[] = [];
  // Nothing tells which of them are the newest, so what is left out may be among those that count.
  if (others.length > LOOKED_AT) {
    warnings.push(
      `${job.job} has ${others.length} runs that no schedule made, of which ${LOOKED_AT} were looked at`,
    );
  }
  const found: FoundRun[] = [];
  const looks = mapAhead(ids, READS, async (runId) => {
    const run: RunLocation = { ...job, runId };
    return { run, marker: await unlessDamaged(() => readMarker(store, run), null) };
  });
  for await (const { run, marker } of looks) {
    // Nothing of it can be taken over or compared any more.
    if (marker?.collected !== undefined) continue;
    if (marker === undefined) found.push({ run });
    else if (isWhole(marker)) found.push({ run, marker });
    else warnings.push(passedOver(run, 'marker'));
  }
  return { found, names: folders, warnings };
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

function lastEnded(found: readonly FoundRun[]): readonly Required<FoundRun>[] {
  return found
    .filter((one): one is Required<FoundRun> => one.marker !== undefined && !isFruitless(one.marker.tally))
    .sort(lastEndedFirst);
}

function haveEnough(ended: readonly EndedRun[]): boolean {
  return areEnough(ended.map(({ run: { runId }, marker: { state } }) => ({ runId, state })));
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

// A run of the first items alone is none of the whole job.
function laterPlanned(last: PastRun | undefined, past: PastRun): PastRun | undefined {
  if (isTrial(past.run.runId)) return last;
  return last === undefined || past.plan.createdAt > last.plan.createdAt ? past : last;
}
