import { mapAtOnce } from '../at-once.ts';
import { PollenBatchError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Job } from '../manifest/job.ts';
import type { JobInput } from '../plan/job-inputs.ts';
import type { Plan, PlannedApi, PlanSource } from '../plan/plan.ts';
import { readingIn, type BalanceReading } from './balance-reading.ts';
import type { RunOutcome } from './outcome.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** `job.json`: what was asked for. Writing it claims the run. */
export interface JobFile {
  readonly version: 1;
  readonly runId: string;
  /** The run whose unfinished items this one calls again. */
  readonly parent?: { readonly runId: string };
  /** Whether such items whose answers are bad for good get other seeds. */
  readonly newSeeds?: true;
  readonly api: PlannedApi;
  readonly allowUnpriced: boolean;
  /** Time that a schedule planned the run for, ISO 8601; absent for a submitted one. */
  readonly plannedFor?: string;
  /** Execution of the workflow that claimed a scheduled run: another one cannot know what this one has sent. */
  readonly claimedBy?: string;
  /** Data files that the items were made of; the plan says which version of an object it was. */
  readonly sources?: readonly PlanSource[];
  /** What the run's fresh seeds are drawn from; whoever claims the run first says it. Absent where it has none. */
  readonly seedScope?: string;
  /** Whether every seed is drawn anew that is not pinned. */
  readonly allFresh?: true;
  /** Files of its author's that the job uses: below `inputs/` once the run is planned. */
  readonly inputs?: readonly JobInput[];
  /** Items that the run is of, from the first on; absent where it is of all. */
  readonly first?: number;
  readonly job: Job;
}

/** That the results of a run were collected, which is the one thing that happens to it after its end. */
export interface Collected {
  /** ISO 8601. */
  readonly at: string;
  /** `bill`: job, plan without its pages, report and bill are left. `nothing`: the rest of it is being deleted. */
  readonly kept: 'bill' | 'nothing';
  /** sha256 of the rows of its bill; absent where nothing is kept. */
  readonly rows?: string;
  /** Items that its bill tells of, and attempts that were told to slow down, which have no rows. */
  readonly billed: number;
  readonly throttled: number;
}

/** `_SUCCESS` or `_FAILED`: the last write of a run, after which it never changes, unless its results are collected. */
export interface Marker extends RunOutcome {
  readonly version: 1;
  readonly runId: string;
  /** ISO 8601. */
  readonly endedAt: string;
  readonly parts: readonly { readonly key: string; readonly sha256: string; readonly items: number }[];
  /** What was left for the key after the last call; absent where that from before the first is, or the API did not tell it. */
  readonly balance?: BalanceReading;
  /** Report, bill, list of errors and views; absent in markers of earlier versions. */
  readonly files?: readonly { readonly key: string; readonly sha256: string }[];
  /** Set before the first of its results goes; absent as long as they are whole. */
  readonly collected?: Collected;
}

/** Pages written at once. */
const WRITES = 16;

const json = { contentType: 'application/json' };

/**
 * Claims a run by its job file.
 *
 * @returns the job file of an earlier claim, which is the one that counts; `undefined` where this one is the first
 * @throws PollenBatchError `store-unusable` where that one is damaged, `usage` where what is left of a run of that id is being deleted
 */
export async function claimRun(
  store: ObjectStore,
  run: RunLocation,
  file: JobFile,
): Promise<JobFile | undefined> {
  const { job: key } = runKeys(run);
  // A marker goes last: under it a run would call for everything, and end with nothing.
  if ((await readMarker(store, run))?.collected?.kept === 'nothing') throw beingDeleted(run);
  const result = await store.putOnce(key, `${JSON.stringify(file)}\n`, json);
  return result.stored ? undefined : wholeJobFile(key, parse(key, result.existing.body));
}

/** `begun.json`: which execution of its workflow has begun a run. */
export interface Begun {
  readonly execution?: string;
  /** What was left for the key before the first call; absent where it may not read that, or the API did not tell it. */
  readonly balance?: BalanceReading;
}

/**
 * Begins a run: whichever execution of its workflow is the first to do so knows all that was sent for it.
 *
 * @param execution - id of the execution
 * @param look - reads the balance where nobody has begun the run; no call is sent before what it says is kept
 * @returns whether it is the first
 * @throws PollenBatchError `store-unusable` where what the first has written is damaged
 */
export async function beginRun(
  store: ObjectStore,
  run: RunLocation,
  execution: string,
  look: () => Promise<BalanceReading | undefined>,
): Promise<boolean> {
  const earlier = await readBegun(store, run);
  if (earlier !== undefined) return earlier.execution === execution;
  const balance = await look();
  const { begun: key } = runKeys(run);
  const own = { version: 1, execution, ...(balance === undefined ? {} : { balance }) };
  const result = await store.putOnce(key, `${JSON.stringify(own)}\n`, json);
  return result.stored || result.same || begunOf(parse(key, result.existing.body)).execution === execution;
}

/**
 * Reads by which execution a run was begun; `undefined` as long as it was not.
 *
 * @throws PollenBatchError `store-unusable` where that is damaged
 */
export async function readBegun(store: ObjectStore, run: RunLocation): Promise<Begun | undefined> {
  const content = await readJson(store, runKeys(run).begun);
  return content === undefined ? undefined : begunOf(content);
}

function begunOf(content: unknown): Begun {
  const execution = isObject(content) ? content['execution'] : undefined;
  const balance = readingIn(content);
  return {
    ...(typeof execution === 'string' ? { execution } : {}),
    ...(balance === undefined ? {} : { balance }),
  };
}

/**
 * Writes a plan, its pages first, so that a plan is whole or absent. Where a plan is there already, that one counts.
 *
 * @returns the plan that counts
 */
export async function writePlan(
  store: ObjectStore,
  run: RunLocation,
  planned: { readonly plan: Omit<Plan, 'runId'>; readonly pageText: (page: number) => string },
): Promise<Plan> {
  const earlier = await readPlan(store, run);
  if (earlier !== undefined) return earlier;
  const keys = runKeys(run);
  const plan: Plan = { ...planned.plan, runId: run.runId };
  await mapAtOnce(plan.pages, WRITES, ({ page }) =>
    store.putOnce(keys.page(plan.digest, page), planned.pageText(page), {
      contentType: 'application/x-ndjson',
    }),
  );
  const result = await store.putOnce(keys.plan, `${JSON.stringify(plan)}\n`, json);
  return result.stored ? plan : (parse(keys.plan, result.existing.body) as Plan);
}

/**
 * Reads a run's job file; `undefined` when nobody claimed the run.
 *
 * @throws PollenBatchError `store-unusable` where it is damaged
 */
export async function readJobFile(store: ObjectStore, run: RunLocation): Promise<JobFile | undefined> {
  const { job: key } = runKeys(run);
  const file = await readJson(store, key);
  return file === undefined ? undefined : wholeJobFile(key, file);
}

/** Reads a run's plan; `undefined` when the run is not planned. */
export async function readPlan(store: ObjectStore, run: RunLocation): Promise<Plan | undefined> {
  return (await readJson(store, runKeys(run).plan)) as Plan | undefined;
}

/** Reads the marker of a run that has ended; `undefined` as long as it has not. */
export async function readMarker(store: ObjectStore, run: RunLocation): Promise<Marker | undefined> {
  return (await findMarker(store, run))?.marker;
}

/** Reads the marker of a run, and says under which of its two keys it lies: what it says itself is anybody's who may write. */
export async function findMarker(
  store: ObjectStore,
  run: RunLocation,
): Promise<{ readonly key: string; readonly marker: Marker } | undefined> {
  const { success, failed } = runKeys(run);
  const [whole, cut] = await Promise.all([readJson(store, success), readJson(store, failed)]);
  if (whole !== undefined) return { key: success, marker: whole as Marker };
  return cut === undefined ? undefined : { key: failed, marker: cut as Marker };
}

async function readJson(store: ObjectStore, key: string): Promise<unknown> {
  const object = await store.get(key);
  return object === undefined ? undefined : parse(key, object.body);
}

// The parser's own error would quote the bytes, which may be a prompt's.
function parse(key: string, body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw damaged(key);
  }
}

function wholeJobFile(key: string, file: unknown): JobFile {
  if (!isJobFile(file)) throw damaged(key);
  return file;
}

function isJobFile(file: unknown): file is JobFile {
  if (!isObject(file) || !isObject(file['api']) || !isObject(file['job'])) return false;
  const { name, entries } = file['job'];
  return (
    typeof file['api']['id'] === 'string' &&
    typeof name === 'string' &&
    Array.isArray(entries) &&
    entries.every((entry) => isObject(entry) && Array.isArray(entry['steps']))
  );
}

function beingDeleted({ runId }: RunLocation): PollenBatchError {
  return new PollenBatchError('usage', `what is left of run ${runId} is being deleted`, {
    remedy: 'Let `pollen-batch gc` finish, or make another run of the job with --new.',
  });
}

function damaged(key: string): PollenBatchError {
  return new PollenBatchError('store-unusable', `${key} is damaged, or of an earlier version`, {
    remedy: 'Look for who changed the bucket; another run of the job is made with --new.',
  });
}
