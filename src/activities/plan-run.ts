import { PollenBatchError } from '../errors.ts';
import { laneOf, type LaneSettings } from '../lanes/lanes.ts';
import type { Plan } from '../plan/plan.ts';
import { labelEntries } from '../plan/labels.ts';
import { planJob } from '../plan/plan-job.ts';
import { readKeptJob, type KeptJobLocation } from '../records/kept-job.ts';
import { claimRun, readJobFile, readMarker, writePlan } from '../records/run-store.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import type { RunFolder } from '../workflows/messages.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { unknownLaneFailure, unplannableFailure } from './failure.ts';

/**
 * Makes sure a run is planned, by the same code that `submit` plans with, and tells its workflow the pages. A run whose
 * marker exists has ended.
 */
export function createPlanRun(dependencies: ActivityDependencies): ControlActivities['planRun'] {
  const { store, plans, searchAttributes } = dependencies;
  return async function planRun({ run, scheduled }) {
    const known = await plans.plan(run);
    if (known === undefined && scheduled !== undefined) await claimScheduled(dependencies, run, scheduled);
    const plan = known ?? (await makePlan(dependencies, run));
    const marker = await readMarker(store, run);
    const concurrency = concurrencyOf(plan, dependencies.lanes);
    return {
      items: plan.items,
      pages: plan.pages,
      models: plan.models,
      ...(plan.labels === undefined ? {} : { labels: labelEntries(plan.labels) }),
      folder: folderOf(dependencies, run),
      concurrency,
      searchAttributes,
      planned: known !== undefined,
      ...(marker === undefined
        ? {}
        : { ended: { state: marker.state, tally: marker.tally, marker: marker.marker } }),
    };
  };
}

function folderOf({ store, publicUrl }: ActivityDependencies, run: RunLocation): RunFolder {
  const { root } = runKeys(run);
  return {
    uri: `s3://${store.bucket}/${root}`,
    ...(publicUrl === undefined ? {} : { url: `${publicUrl}/${root}` }),
  };
}

// The worker's limits are the ones that count: whoever submits need not know them.
function concurrencyOf(plan: Plan, lanes: readonly LaneSettings[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(plan.pages.map((page) => page.lane))].map((name) => {
      const lane = lanes.find((candidate) => candidate.name === name);
      if (lane === undefined) throw unknownLaneFailure(name);
      return [name, lane.concurrency];
    }),
  );
}

// What `submit` does for its run, a schedule's tick does here.
async function claimScheduled(
  { store }: ActivityDependencies,
  run: RunLocation,
  scheduled: KeptJobLocation,
): Promise<void> {
  const kept = await readKeptJob(store, scheduled);
  if (kept === undefined) {
    throw new Error(`the job of schedule ${scheduled.job} is gone from the bucket; apply its file again`);
  }
  const plannedFor = plannedTimeOf(run.runId);
  await claimRun(store, run, {
    version: 1,
    runId: run.runId,
    api: kept.api,
    allowUnpriced: kept.allowUnpriced,
    ...(plannedFor === undefined ? {} : { plannedFor }),
    job: kept.job,
  });
}

async function makePlan(
  { store, lanes, prices, now }: ActivityDependencies,
  run: RunLocation,
): Promise<Plan> {
  const file = await readJobFile(store, run);
  if (file === undefined)
    throw new Error(`run ${run.runId} has no job file in the bucket; submit its job again`);
  const { job, api, allowUnpriced, plannedFor } = file;
  const known = await prices();
  try {
    const planned = planJob({
      job,
      runId: run.runId,
      api,
      prices: known,
      laneOf: (model) => laneOf(lanes, model),
      allowUnpriced,
      // Whoever claimed the run may have had others before it.
      mayRepeat: true,
      createdAt: now().toISOString(),
      // Night after night the same job is meant to give something new.
      ...(plannedFor === undefined ? {} : { time: plannedFor, freshSeeds: true }),
    });
    return await writePlan(store, run, planned);
  } catch (error) {
    throw error instanceof PollenBatchError ? unplannableFailure(error) : error;
  }
}
