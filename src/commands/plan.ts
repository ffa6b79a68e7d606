import { formatProblem } from '../manifest/problem.ts';
import { compareItems, type ItemChanges } from '../plan/item-changes.ts';
import type { Measured } from '../plan/likely-use.ts';
import type { PlannedApi, PlannedItem } from '../plan/plan.ts';
import { filesOf } from '../plan/plan-job.ts';
import { createReuseIndex, takesOver, type ReuseIndex } from '../plan/reuse.ts';
import { isTrial, runIdOf } from '../plan/run-id.ts';
import { openSpool } from '../plan/spool.ts';
import { findPrice, type Rates } from '../pollen/prices.ts';
import { readDoneWork } from '../records/done-work.ts';
import { readMeasured } from '../records/measured.ts';
import type { EndState } from '../records/outcome.ts';
import { listPastRuns, recentlyEnded, type PastRun } from '../records/past-runs.ts';
import { readPlannedDigests } from '../records/planned-digests.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';
import { checkAccess } from './access.ts';
import { outlookOf, type Outlook } from './outlook.ts';
import { planReading } from './plan-reading.ts';
import type { PlanningDesk } from './planning-desk.ts';
import type { ReadJob } from './read-job.ts';

export interface PlanOptions {
  /** Requests to give in full, from the first on. */
  readonly show: number;
  /** Take over what earlier runs have done. */
  readonly reuse: boolean;
  /** Plan calls of models without a known price too. */
  readonly allowUnpriced: boolean;
  /** Draw every seed anew that is not pinned. */
  readonly fresh: boolean;
}

/** What submitting a job would do. */
export interface PlanPreview extends Outlook {
  readonly file: string;
  readonly job: string;
  readonly api: PlannedApi & { readonly base: string };
  /** The run that `run` and `submit` would make, or come back to where it is there already. */
  readonly run: { readonly runId: string; readonly state: 'new' | 'unfinished' | EndState };
  /** Pollen for one unit, of each of `models`; absent where no price is known. */
  readonly rates: readonly (Rates | undefined)[];
  readonly changes:
    | ({ readonly comparedWith: string; readonly at: string } & ItemChanges)
    | { readonly notCompared: string };
  /** The first items, as they would be sent. */
  readonly requests: readonly PlannedItem[];
  readonly warnings: readonly string[];
}

interface Past {
  readonly runs: readonly PastRun[];
  readonly measured: readonly Measured[];
  readonly reuse: ReuseIndex;
  /** Digests of the last run's items by their ids. */
  readonly last?: { readonly past: PastRun; readonly digests: Map<string, string> };
  readonly notCompared: string;
}

/**
 * Tells what submitting a job would do, cost and change. It starts nothing and writes nothing.
 *
 * @throws PollenBatchError `job-invalid` with every problem, `no-price` when a model has no known price, `usage`
 */
export async function plan(desk: PlanningDesk, reading: ReadJob, options: PlanOptions): Promise<PlanPreview> {
  const { job, file } = reading;
  const past = await lookBack(desk, reading, options.reuse || takesOver(job));
  const comparison = compareItems(past.last?.digests ?? new Map());
  const requests: PlannedItem[] = [];
  const spool = openSpool();
  try {
    const planned = await planReading(desk, reading, {
      allowUnpriced: options.allowUnpriced,
      allFresh: options.fresh,
      mayRepeat: past.runs.length > 0,
      spool,
      measured: past.measured,
      reuse: past.reuse,
      onItem(item) {
        comparison.add(item);
        if (requests.length < options.show) requests.push(item);
      },
    });
    const outlook = outlookOf(planned, desk.config.lanes, past.measured);
    const runId = runIdOf(job, desk.plannedApi, { files: filesOf(planned) });
    const own = past.runs.find(({ run }) => run.runId === runId);
    return {
      file,
      job: job.name,
      api: { ...desk.plannedApi, base: desk.api.base },
      run: { runId, state: own === undefined ? 'new' : (own.marker?.state ?? 'unfinished') },
      ...outlook,
      rates: outlook.models.map(({ kind, model }) => findPrice(desk.api.prices, kind, model)?.rates),
      changes:
        past.last === undefined
          ? { notCompared: past.notCompared }
          : {
              comparedWith: past.last.past.run.runId,
              at: past.last.past.plan.createdAt,
              ...comparison.finish(),
            },
      requests,
      warnings: [
        ...planned.warnings.map(formatProblem),
        ...checkAccess(planned.uses, desk.api, desk.config.api),
      ],
    };
  } finally {
    spool.close();
  }
}

async function lookBack(
  { store, location, plannedApi }: PlanningDesk,
  { job }: ReadJob,
  isReusing: boolean,
): Promise<Past> {
  const none = { runs: [], measured: [], reuse: createReuseIndex() };
  if (store === undefined) {
    return {
      ...none,
      notCompared: 'no bucket is configured and no local stack runs, so earlier runs are not known',
    };
  }
  try {
    const runs = await listPastRuns(store, { ...location, job: job.name }, plannedApi);
    const ended = recentlyEnded(runs);
    const last = runs.find(({ run }) => !isTrial(run.runId));
    return {
      runs,
      measured: await readMeasured(store, ended),
      reuse: isReusing ? await readDoneWork(store, ended) : none.reuse,
      notCompared: 'the job has no earlier run against this API',
      ...(last === undefined ? {} : { last: await lastOf(store, last) }),
    };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ...none, notCompared: `earlier runs could not be read: ${error.message}` };
  }
}

async function lastOf(store: ObjectStore, past: PastRun): Promise<NonNullable<Past['last']>> {
  return { past, digests: await readPlannedDigests(store, past) };
}
