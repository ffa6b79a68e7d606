import { Context, log } from '@temporalio/activity';

import { PollenBatchError } from '../errors.ts';
import { aheadOf, laneOf, type LaneSettings } from '../lanes/lanes.ts';
import type { Job, NoticeEvent, Notify } from '../manifest/job.ts';
import { labelEntries } from '../plan/labels.ts';
import { fromKept } from '../plan/job-content.ts';
import { withObjects, type JobFiles } from '../plan/job-files.ts';
import type { Plan, PlannedApi } from '../plan/plan.ts';
import { planJob, type PlannedJob } from '../plan/plan-job.ts';
import { takesOver, type ReuseIndex } from '../plan/reuse.ts';
import { openSpool, type Spool } from '../plan/spool.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import { lastChange, readChanges } from '../records/changes.ts';
import { readDoneWork } from '../records/done-work.ts';
import { keepInputs, keptFiles } from '../records/inputs.ts';
import { readKeptJob, type KeptJobLocation } from '../records/kept-job.ts';
import { recentRuns } from '../records/past-runs.ts';
import {
  beginRun,
  claimRun,
  readJobFile,
  readMarker,
  writePlan,
  type JobFile,
} from '../records/run-store.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import { budgetInPeriod } from '../report/period-budget.ts';
import { folderAt } from '../storage/folder.ts';
import { keptInputKey, runKeys, type RunLocation } from '../storage/keys.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import { boundBy } from '../workflows/lane-shares.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { gatesOf } from './gates-of.ts';
import { budgetOf } from './spent-before.ts';
import { outcomeOf } from './finish-run.ts';
import { findMissed } from './find-missed.ts';
import { lookAtBalance } from './look-at-balance.ts';
import { unknownLaneFailure, unplannableFailure, wrongApiFailure } from './failure.ts';
import { invalidJob } from './invalid-job.ts';

/**
 * Makes sure a run is planned, by the same code that `submit` plans with, and tells its workflow the pages. A run whose
 * marker exists has ended.
 */
export function createPlanRun(dependencies: ActivityDependencies): ControlActivities['planRun'] {
  const { store, plans, searchAttributes } = dependencies;
  return async function planRun({ run, scheduled, resumed: isResumed = false }) {
    const plan = (await plans.plan(run)) ?? (await makePlan(dependencies, run, scheduled));
    const marker = await readMarker(store, run);
    const notices = noticesOf(plan.notify ?? []);
    const most = mostOf(plan, dependencies.lanes);
    const changes = await readChanges(store, run);
    const asked = lastChange(changes, 'concurrency');
    const priority = lastChange(changes, 'priority')?.priority ?? plan.priority;
    const begin = (): Promise<boolean> =>
      beginRun(store, run, execution(), () => lookAtBalance(dependencies, plan));
    const resumed =
      scheduled === undefined
        ? isResumed || (marker === undefined && !(await begin()))
        : (await unlessDamaged(() => readJobFile(store, run)))?.claimedBy !== execution();
    // Who claimed a scheduled run has begun it too, and keeps the balance as others do.
    if (scheduled !== undefined && !resumed && marker === undefined) await begin();
    const isTold = marker === undefined && scheduled !== undefined && notices.includes('missed');
    const missed = isTold ? await findMissed(dependencies, run) : undefined;
    return {
      items: plan.items,
      pages: plan.pages,
      models: plan.models,
      ...(plan.labels === undefined ? {} : { labels: labelEntries(plan.labels) }),
      folder: folderAt(store.bucket, runKeys(run).root, dependencies.publicUrl),
      most,
      ...boundBy(most, asked === undefined ? plan.concurrency : (asked.concurrency ?? undefined)),
      ...(priority === undefined ? {} : { priority }),
      ...(marker === undefined ? gatesOf(plan, changes) : {}),
      ...(notices.length === 0 ? {} : { notices }),
      ...(missed === undefined ? {} : { missed }),
      searchAttributes,
      resumed,
      ...(plan.budget === undefined || marker !== undefined
        ? {}
        : await budgetOf(dependencies, run, plan, resumed)),
      ...(marker === undefined ? {} : { ended: outcomeOf(marker) }),
    };
  };
}

function noticesOf(notify: readonly Notify[]): readonly NoticeEvent[] {
  return [...new Set(notify.flatMap(({ on }) => on))];
}

function execution(): string {
  return Context.current().info.workflowExecution?.runId ?? '';
}

// The worker's limits are the ones that count: whoever submits need not know them. What a job allows itself holds for
// all that it has given out; a lane's own limit is held where its calls are sent, with more of them at hand.
function mostOf(plan: Plan, lanes: readonly LaneSettings[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set([...plan.pages.map((page) => page.lane), ...(plan.lanes ?? [])])].map((name) => {
      const lane = lanes.find((candidate) => candidate.name === name);
      if (lane === undefined) throw unknownLaneFailure(name);
      return [name, lane.concurrency + aheadOf(lane.concurrency)];
    }),
  );
}

async function makePlan(
  dependencies: ActivityDependencies,
  run: RunLocation,
  scheduled: KeptJobLocation | undefined,
): Promise<Plan> {
  const { store } = dependencies;
  const spool = openSpool();
  try {
    const file = await readSource(dependencies, run, scheduled);
    let planned = await planFile(dependencies, run, scheduled, file, spool);
    // Only now, as with `submit`: a job that cannot be planned must not claim a run. Who was first is the one who counts.
    if (scheduled !== undefined) {
      const { sources } = planned.plan;
      const claim = { ...file, ...(sources === undefined ? {} : { sources }) };
      const first = await claimRun(store, run, claim);
      if (first !== undefined) planned = await planFile(dependencies, run, scheduled, first, spool);
    }
    await keepInputs(store, (sha256) => runKeys(run).input(sha256), planned.files, planned.inputs);
    if (scheduled === undefined) return await writePlan(store, run, planned);
    const budget = await budgetInPeriod(dependencies, run, file.job);
    const plan = { ...planned.plan, ...(budget === undefined ? {} : { budget }) };
    return await writePlan(store, run, { ...planned, plan });
  } catch (error) {
    throw error instanceof PollenBatchError ? unplannableFailure(error) : error;
  } finally {
    spool.close();
  }
}

async function planFile(
  dependencies: ActivityDependencies,
  run: RunLocation,
  scheduled: KeptJobLocation | undefined,
  file: JobFile,
  spool: Spool,
): Promise<PlannedJob & { readonly files: JobFiles }> {
  const { store, lanes, prices, now, apiId, openObject } = dependencies;
  const { api, allowUnpriced, plannedFor, inputs } = file;
  const inputKey = (sha256: string): string =>
    scheduled === undefined ? runKeys(run).input(sha256) : keptInputKey(scheduled, sha256);
  const files = withObjects(keptFiles(store, inputKey, inputs), openObject);
  const job = fromKept(file.job);
  // Prices are this worker's, and so they must be those of the run's API.
  if (api.id !== apiId) throw wrongApiFailure(api.id, apiId);
  const planned = await planJob({
    job,
    file: job.name,
    placeOf: () => ({ line: 1, column: 1 }),
    files,
    checks: jobChecks,
    spool,
    api,
    prices: await prices(),
    laneOf: (model) => laneOf(lanes, model),
    allowUnpriced,
    // Other runs of the schedule have the same stable seeds, and whoever claimed a submitted run may have had others.
    mayRepeat: true,
    createdAt: now().toISOString(),
    seedScope: file.seedScope ?? run.runId,
    allFresh: file.allFresh === true,
    ...(file.first === undefined ? {} : { first: file.first }),
    ...(takesOver(job) ? { reuse: await findDoneWork(store, run, api) } : {}),
    // Night after night the same job is meant to give something new.
    ...(plannedFor === undefined ? {} : { time: plannedFor, usualSeed: usualSeedOf(job) }),
  });
  if ('problems' in planned) throw invalidJob(job.name, planned.problems);
  return { ...planned, files };
}

async function findDoneWork(
  store: ActivityDependencies['store'],
  run: RunLocation,
  api: PlannedApi,
): Promise<ReuseIndex> {
  const { ended, warnings } = await recentRuns(store, run, api);
  for (const warning of warnings) log.warn(warning);
  return readDoneWork(store, ended);
}

function usualSeedOf({ schedule }: Job): 'stable' | 'fresh' {
  return schedule?.newOnly === true ? 'stable' : 'fresh';
}

// What `submit` has written for its run, a schedule's tick makes here from the job that the schedule keeps.
async function readSource(
  { store }: ActivityDependencies,
  run: RunLocation,
  scheduled: KeptJobLocation | undefined,
): Promise<JobFile> {
  if (scheduled === undefined) {
    const file = await readJobFile(store, run);
    if (file?.parent !== undefined) throw unplannedRetry(run.runId, file.parent.runId);
    if (file !== undefined) return file;
    throw new PollenBatchError('not-found', `run ${run.runId} has no job file in the bucket`, {
      remedy: 'Submit its job again.',
    });
  }
  const kept = await readKeptJob(store, scheduled);
  if (kept === undefined) {
    throw new PollenBatchError('not-found', `the job of schedule ${scheduled.job} is gone from the bucket`, {
      remedy: `Apply its file again, and make the run by \`schedule backfill ${scheduled.job}\`.`,
    });
  }
  const plannedFor = plannedTimeOf(run.runId);
  return {
    version: 1,
    runId: run.runId,
    api: kept.api,
    allowUnpriced: kept.allowUnpriced,
    ...(plannedFor === undefined ? {} : { plannedFor }),
    claimedBy: execution(),
    ...(kept.inputs === undefined ? {} : { inputs: kept.inputs }),
    job: kept.job,
  };
}

// Its job alone does not say what its parent has got.
function unplannedRetry(runId: string, parent: string): PollenBatchError {
  return new PollenBatchError('not-found', `the retry ${runId} has no plan in the bucket`, {
    remedy: `Give \`pollen-batch retry ${parent}\` again.`,
  });
}
