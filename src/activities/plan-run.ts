import { Context } from '@temporalio/activity';

import { PollenBatchError } from '../errors.ts';
import { laneOf, type LaneSettings } from '../lanes/lanes.ts';
import type { Problem } from '../manifest/problem.ts';
import { labelEntries } from '../plan/labels.ts';
import type { Plan } from '../plan/plan.ts';
import { noFiles, withObjects, type JobFiles } from '../plan/job-files.ts';
import { planJob } from '../plan/plan-job.ts';
import { fromContent } from '../plan/run-id.ts';
import { openSpool } from '../plan/spool.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import { keptFiles } from '../records/kept-inputs.ts';
import { readKeptJob, type KeptJobLocation } from '../records/kept-job.ts';
import { claimRun, readJobFile, readMarker, writePlan, type JobFile } from '../records/run-store.ts';
import { folderAt } from '../storage/folder.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { unknownLaneFailure, unplannableFailure, wrongApiFailure } from './failure.ts';

/** Problems that a failed run names. */
const TOLD_PROBLEMS = 5;

/**
 * Makes sure a run is planned, by the same code that `submit` plans with, and tells its workflow the pages. A run whose
 * marker exists has ended.
 */
export function createPlanRun(dependencies: ActivityDependencies): ControlActivities['planRun'] {
  const { store, plans, searchAttributes } = dependencies;
  return async function planRun({ run, scheduled }) {
    const plan = (await plans.plan(run)) ?? (await makePlan(dependencies, run, scheduled));
    const marker = await readMarker(store, run);
    const concurrency = concurrencyOf(plan, dependencies.lanes);
    return {
      items: plan.items,
      pages: plan.pages,
      models: plan.models,
      ...(plan.labels === undefined ? {} : { labels: labelEntries(plan.labels) }),
      folder: folderAt(store.bucket, runKeys(run).root, dependencies.publicUrl),
      concurrency,
      searchAttributes,
      resumed: scheduled !== undefined && (await readJobFile(store, run))?.claimedBy !== execution(),
      ...(marker === undefined
        ? {}
        : { ended: { state: marker.state, tally: marker.tally, marker: marker.marker } }),
    };
  };
}

function execution(): string {
  return Context.current().info.workflowExecution?.runId ?? '';
}

// The worker's limits are the ones that count: whoever submits need not know them.
function concurrencyOf(plan: Plan, lanes: readonly LaneSettings[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(plan.pages.map((page) => page.lane))].map((name) => {
      const lane = lanes.find((candidate) => candidate.name === name);
      if (lane === undefined) throw unknownLaneFailure(name);
      return [name, Math.min(lane.concurrency, plan.concurrency ?? Infinity)];
    }),
  );
}

async function makePlan(
  dependencies: ActivityDependencies,
  run: RunLocation,
  scheduled: KeptJobLocation | undefined,
): Promise<Plan> {
  const { store, lanes, prices, now, apiId, openObject } = dependencies;
  const spool = openSpool();
  try {
    const { file, files } = await readSource(dependencies, run, scheduled);
    const { api, allowUnpriced, plannedFor } = file;
    const job = fromContent(file.job);
    // Prices are this worker's, and so they must be those of the run's API.
    if (api.id !== apiId) throw wrongApiFailure(api.id, apiId);
    const planned = await planJob({
      job,
      file: job.name,
      placeOf: () => ({ line: 1, column: 1 }),
      files: withObjects(files, openObject),
      checks: jobChecks,
      spool,
      api,
      prices: await prices(),
      laneOf: (model) => laneOf(lanes, model),
      allowUnpriced,
      // Seeds of its own keep a scheduled run's calls apart; whoever claimed a submitted one may have had others before.
      mayRepeat: plannedFor === undefined,
      createdAt: now().toISOString(),
      // Night after night the same job is meant to give something new.
      ...(plannedFor === undefined ? {} : { time: plannedFor, seedScope: run.runId }),
    });
    if ('problems' in planned) throw invalidJob(job.name, planned.problems);
    // Only now, as with `submit`: a job that cannot be planned must not claim a run. Who was first is the one who counts.
    if (scheduled !== undefined) {
      const { sources } = planned.plan;
      await claimRun(store, run, { ...file, ...(sources === undefined ? {} : { sources }) });
    }
    return await writePlan(store, run, planned);
  } catch (error) {
    throw error instanceof PollenBatchError ? unplannableFailure(error) : error;
  } finally {
    spool.close();
  }
}

function invalidJob(name: string, problems: readonly Problem[]): PollenBatchError {
  return new PollenBatchError('job-invalid', `the job ${name} cannot be planned`, {
    details: problems.slice(0, TOLD_PROBLEMS).map(({ code, message }) => `${code}: ${message}`),
    remedy: 'Correct its file, and apply its schedule again.',
  });
}

// What `submit` has written for its run, a schedule's tick makes here from the job that the schedule keeps.
async function readSource(
  { store }: ActivityDependencies,
  run: RunLocation,
  scheduled: KeptJobLocation | undefined,
): Promise<{ readonly file: JobFile; readonly files: JobFiles }> {
  if (scheduled === undefined) {
    const file = await readJobFile(store, run);
    if (file !== undefined) return { file, files: noFiles };
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
  const file: JobFile = {
    version: 1,
    runId: run.runId,
    api: kept.api,
    allowUnpriced: kept.allowUnpriced,
    ...(plannedFor === undefined ? {} : { plannedFor }),
    claimedBy: execution(),
    job: kept.job,
  };
  return { file, files: keptFiles(store, scheduled, kept.inputs ?? []) };
}
