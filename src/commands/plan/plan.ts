import { formatProblem, type Problem } from '../../manifest/problem.ts';
import { compareItems, type ItemChanges } from '../../plan/item-changes.ts';
import type { Measured } from '../../plan/likely-use.ts';
import type { PlannedApi, PlannedItem } from '../../plan/plan.ts';
import { createReuseIndex, takesOver, type ReuseIndex } from '../../plan/reuse.ts';
import { openSpool } from '../../plan/spool.ts';
import { workDigest } from '../../plan/work-digest.ts';
import { findPrice, type Rates } from '../../pollen/prices.ts';
import { readDoneWork } from '../../records/done-work.ts';
import { readMeasured } from '../../records/measured.ts';
import { pastRuns, type PastRun } from '../../records/past-runs.ts';
import { readPlannedDigests } from '../../records/planned-digests.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { scrubKnown } from '../../settings/known-secrets.ts';
import { StoreError } from '../../storage/store-error.ts';
import { checkAccess } from '../job/access.ts';
import { noticeDoubts } from '../job/notice-doubts.ts';
import { outlookOf, type Outlook } from './outlook.ts';
import { ownRun, type OwnRun } from './own-run.ts';
import { planReading } from './plan-reading.ts';
import type { PlanningDesk } from './planning-desk.ts';
import type { ReadJob } from '../job/job-reading.ts';

export interface PlanOptions {
  /** Requests to give in full, from the first on. */
  readonly show: number;
  /** Take over what earlier runs have done. */
  readonly reuse: boolean;
  /** Plan calls of models without a known price too. */
  readonly allowUnpriced: boolean;
  /** Draw every seed anew that is not pinned. */
  readonly fresh: boolean;
  /** Items of a run that only tries the job out, from the first on. @default all, in the job's own run */
  readonly first?: number;
}

/**
 * What submitting a job would do. Calls, time and price are those of a run that is made now: where one is there already,
 * only `--new` makes another.
 */
export interface PlanPreview extends Outlook {
  readonly file: string;
  readonly job: string;
  readonly api: PlannedApi & { readonly base: string };
  /** The run that `run` and `submit` would make, or come back to where it is there already. */
  readonly run: OwnRun;
  /** Whether the run that is there cannot be come back to, as with other seeds: only `--new` makes this one. */
  readonly needsNew: boolean;
  /** Whether what earlier runs have done is taken over; without it, that is called and paid for again. */
  readonly reuses: boolean;
  /** Pollen for one unit, of each of `models`; absent where no price is known. */
  readonly rates: readonly (Rates | undefined)[];
  readonly changes:
    | ({
        /** The last run, with whose items those of the job are compared by their ids. */
        readonly comparedWith: string;
        readonly at: string;
        /** Whether that run has ended. */
        readonly ended: boolean;
      } & ItemChanges)
    | { readonly notCompared: string };
  /** The first items, as they would be sent. */
  readonly requests: readonly PlannedItem[];
  readonly warnings: readonly string[];
  /** Those of them that have a place in the job file or its data. */
  readonly findings: readonly Problem[];
}

interface Past {
  readonly mayRepeat: boolean;
  readonly measured: readonly Measured[];
  readonly done: ReuseIndex;
  /** Digests of the last run's items by their ids. */
  readonly last?: { readonly past: PastRun; readonly digests: Map<string, string> };
  readonly notCompared: string;
  readonly warnings: readonly string[];
}

/**
 * Tells what submitting a job would do, cost and change. It starts nothing and writes nothing.
 *
 * @throws InvalidJob with every problem
 * @throws PollenBatchError `no-price` when a model has no known price, `usage`
 */
export async function plan(desk: PlanningDesk, reading: ReadJob, options: PlanOptions): Promise<PlanPreview> {
  const { job, file } = reading;
  const past = await lookBack(desk, job.name);
  const reuses = options.reuse || takesOver(job);
  const comparison = compareItems(
    past.last?.digests ?? new Map(),
    (digest) => past.done.find(digest) !== undefined,
  );
  const requests: PlannedItem[] = [];
  const spool = openSpool();
  try {
    const planned = await planReading(desk, reading, {
      allowUnpriced: options.allowUnpriced,
      allFresh: options.fresh,
      mayRepeat: past.mayRepeat,
      spool,
      measured: past.measured,
      ...(reuses ? { reuse: past.done } : {}),
      ...(options.first === undefined ? {} : { first: options.first }),
      onItem(item) {
        comparison.add({ id: item.id, digest: workDigest(item) });
        if (requests.length < options.show) requests.push(item);
      },
    });
    const outlook = outlookOf(planned, desk.config.lanes, past.measured);
    const own = await ownRun(desk, { job, options, planned, seedScope: '' });
    return {
      file,
      job: job.name,
      api: { ...desk.plannedApi, base: desk.api.base },
      run: own.run,
      needsNew: own.warnings.length > 0,
      reuses,
      ...outlook,
      rates: outlook.models.map(({ kind, model }) => findPrice(desk.api.prices, kind, model)?.rates),
      changes:
        past.last === undefined
          ? { notCompared: past.notCompared }
          : {
              comparedWith: past.last.past.run.runId,
              at: past.last.past.plan.createdAt,
              ended: past.last.past.marker !== undefined,
              ...comparison.finish(options.first !== undefined),
            },
      requests,
      warnings: [
        ...past.warnings,
        ...own.warnings,
        ...planned.warnings.map(formatProblem),
        ...checkAccess(planned.uses, desk.api, desk.config.api),
        ...noticeDoubts(planned.plan.notify, desk.config.notices),
      ],
      findings: planned.warnings,
    };
  } finally {
    spool.close();
  }
}

async function lookBack({ store, location, plannedApi }: PlanningDesk, job: string): Promise<Past> {
  const none = { mayRepeat: false, measured: [], done: createReuseIndex(), warnings: [] };
  if (store === undefined) {
    return {
      ...none,
      notCompared: 'no bucket is configured and no local stack runs, so earlier runs are not known',
    };
  }
  try {
    const { ended, last: whole, names, warnings } = await pastRuns(store, { ...location, job }, plannedApi);
    // With nothing but runs of first items, the newest of these tells what is new beside what it has done.
    const last = whole ?? ended[0];
    const digests = last && (await unlessDamaged(() => readPlannedDigests(store, last)));
    return {
      mayRepeat: names.length > 0,
      measured: await readMeasured(store, ended),
      done: await readDoneWork(store, ended),
      notCompared:
        last === undefined
          ? 'the job has no earlier run against this API'
          : `the plan of ${last.run.runId} is damaged`,
      ...(last === undefined || digests === undefined ? {} : { last: { past: last, digests } }),
      warnings,
    };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { ...none, notCompared: `earlier runs could not be read: ${scrubKnown(error.message)}` };
  }
}
