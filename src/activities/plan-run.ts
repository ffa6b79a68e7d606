import { laneOf, type LaneSettings } from '../lanes/lanes.ts';
import type { Plan } from '../plan/plan.ts';
import { labelEntries } from '../plan/labels.ts';
import { planJob } from '../plan/plan-job.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { readJobFile, readMarker, writePlan } from '../records/run-store.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { RunFolder } from '../workflows/messages.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { unknownLaneFailure } from './failure.ts';

/**
 * Makes sure a run is planned, by the same code that `submit` plans with, and tells its workflow the pages. A run whose
 * marker exists has ended.
 */
export function createPlanRun(dependencies: ActivityDependencies): ControlActivities['planRun'] {
  const { store, plans, searchAttributes } = dependencies;
  return async function planRun(run) {
    const plan = (await plans.plan(run)) ?? (await makePlan(dependencies, run));
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

async function makePlan(
  { store, lanes, prices, now }: ActivityDependencies,
  run: RunLocation,
): Promise<Plan> {
  const file = await readJobFile(store, run);
  if (file === undefined)
    throw new Error(`run ${run.runId} has no job file in the bucket; submit its job again`);
  const planned = planJob({
    job: file.job,
    runId: run.runId,
    api: file.api,
    prices,
    laneOf: (model) => laneOf(lanes, model),
    allowUnpriced: file.allowUnpriced,
    // Whoever claimed the run may have had others before it.
    mayRepeat: true,
    createdAt: now().toISOString(),
  });
  return writePlan(store, run, planned);
}
