import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import { PollenBatchError } from '../errors.ts';
import type { Job } from '../manifest/job.ts';
import type { Problem } from '../manifest/problem.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import { createModelChecker } from './check-models.ts';
import { createEstimator, type ModelEstimate } from './estimate.ts';
import { expandJob, type ExpandContext } from './expand/expand-job.ts';
import { createGiveWay } from './give-way.ts';
import type { JobInput } from './job-inputs.ts';
import type { Measured } from './likely-use.ts';
import { createPageCutter } from './pages.ts';
import type { Plan, PlannedApi, PlannedItem, PlannedUse, PlanSource } from './plan.ts';
import { pricesOf } from './planned-prices.ts';
import { createItemPlanner } from './plan-item.ts';
import { createProblemList, withRest } from './problem-list.ts';
import type { ReuseIndex } from './reuse.ts';
import type { Spool } from './spool.ts';
import { createTwins } from './twins.ts';

export interface PlanJobInput extends Omit<ExpandContext, 'time' | 'noteSource'> {
  readonly job: Job;
  readonly api: PlannedApi;
  readonly prices: PriceSnapshot;
  /** Names the lane that carries a model. */
  readonly laneOf: (model: string) => string;
  /** Plans calls of models without a known price too; their charge stays unknown. */
  readonly allowUnpriced: boolean;
  /** Whether another run of the job may have sent the same bytes before. */
  readonly mayRepeat: boolean;
  readonly createdAt: string;
  /** What `run.time` is in templates, ISO 8601. @default createdAt */
  readonly time?: string;
  /** What fresh seeds are drawn from: the run's own. @default createdAt */
  readonly seedScope?: string;
  /** Seeds of items where neither they nor the job say anything. @default 'stable' */
  readonly usualSeed?: 'stable' | 'fresh';
  /** Draws every seed anew that is not pinned, whatever the job says. @default false */
  readonly allFresh?: boolean;
  /** Takes the pages until their run is known. */
  readonly spool: Spool;
  /** What past runs of the job have measured. @default nothing */
  readonly measured?: readonly Measured[];
  /** Work of earlier runs that is taken over. @default nothing */
  readonly reuse?: ReuseIndex;
  /** Items to plan, from the first on. @default all */
  readonly first?: number;
  /** Is told of every item. */
  readonly onItem?: (item: PlannedItem) => void;
}

/** A plan that is not a run's yet, and waits in its spool. */
export interface PlannedJob {
  readonly plan: Omit<Plan, 'runId'>;
  readonly warnings: readonly Problem[];
  /** Files of its author's that the job uses. */
  readonly inputs: readonly JobInput[];
  /** Whether seeds were drawn from the run, so that another run has other bytes. */
  readonly hasFreshSeeds: boolean;
  /** What the calls of each model can cost. */
  readonly models: readonly ModelEstimate[];
  /** Items that are taken over from earlier runs. */
  readonly reused: number;
  /** What the calls ask, each once. */
  readonly uses: readonly PlannedUse[];
  /** Text of a page's file. */
  readonly pageText: (page: number) => string;
}

/**
 * Plans a job in one pass: its items with their exact bytes, cut into pages, and the prices and limits they will run
 * under. No more than a page of each lane is in memory.
 *
 * @throws PollenBatchError `no-price` when a model has no known price and `allowUnpriced` is not set
 */
export async function planJob(
  input: PlanJobInput,
): Promise<PlannedJob | { readonly problems: readonly Problem[] }> {
  const { job, api, spool, laneOf } = input;
  const planner = createItemPlanner({
    api,
    prices: input.prices,
    laneOf,
    timezone: job.timezone ?? 'UTC',
    files: input.files,
    checks: input.checks,
    seeds: {
      job: job.name,
      rule: job.seed ?? input.usualSeed ?? 'stable',
      allFresh: input.allFresh ?? false,
      scope: input.seedScope ?? input.createdAt,
      mayRepeat: input.mayRepeat,
    },
  });
  const cutter = createPageCutter(spool);
  const { rounding } = dialects[api.dialect];
  const estimator = createEstimator({
    prices: input.prices,
    rounding,
    ...(input.measured === undefined ? {} : { measured: input.measured }),
  });
  const twins = createTwins((page) => cutter.text(page));
  const checker = createModelChecker(job, input.checks, input.allowUnpriced || job.allowUnpriced === true);
  const uses = new Map<string, PlannedUse>();
  const lanes = new Set<string>();
  const problems = createProblemList();
  const sources = new Map<string, PlanSource>();
  const giveWay = createGiveWay();
  let items = 0;
  let reused = 0;

  const context: ExpandContext = {
    ...input,
    time: input.time ?? input.createdAt,
    noteSource(source) {
      const earlier = sources.get(source.path);
      sources.set(source.path, source);
      if (earlier !== undefined && earlier.sha256 !== source.sha256) throw changedSource(source.path);
    },
  };
  for await (const expansion of expandJob(job, context)) {
    const turn = giveWay();
    if (turn !== undefined) await turn;
    if (expansion.kind === 'problem') {
      problems.add(expansion.problem);
      if (problems.isFull()) break;
      continue;
    }
    // What follows is read all the same: a run is named by all of its data.
    if (items === input.first) continue;
    items += 1;
    for (const problem of checker.check(expansion.item)) problems.add(problem);
    const made = planner.plan(expansion.item);
    const planning = made instanceof Promise ? await made : made;
    if ('problem' in planning) problems.add(planning.problem);
    if (problems.isFull()) break;
    if ('problem' in planning) continue;
    const done = input.reuse?.find(planning.item.digest);
    const item = done === undefined ? planning.item : { ...planning.item, reuse: done };
    if (done !== undefined) reused += 1;
    const calls = 'steps' in item ? item.steps : [item];
    for (const { kind, model } of calls) {
      uses.set(`${kind} ${model}`, { kind, model });
      lanes.add(laneOf(model));
    }
    estimator.add(item, twins.has(item));
    twins.add(item, cutter.add(item, laneOf(calls[0]?.model ?? '')), expansion.item.place);
    input.onItem?.(item);
  }
  const found = problems.first();
  if (found.length > 0) return { problems: withRest(found, problems.isFull()) };

  const pages = cutter.pages();
  const used = [...uses.values()];
  const schemas = planner.schemas();
  return {
    warnings: [...checker.warnings(), ...twins.warnings()],
    inputs: planner.inputs(),
    hasFreshSeeds: planner.hasFreshSeeds(),
    models: estimator.models(),
    reused,
    uses: used,
    pageText,
    plan: {
      version: 1,
      digest: await digestOf(pages.length, pageText),
      job: job.name,
      ...(job.description === undefined ? {} : { description: job.description }),
      ...(job.labels === undefined ? {} : { labels: job.labels }),
      ...(job.limits?.concurrency === undefined ? {} : { concurrency: job.limits.concurrency }),
      ...(job.priority === undefined ? {} : { priority: job.priority }),
      createdAt: input.createdAt,
      api,
      items,
      pages,
      ...(sources.size === 0 ? {} : { sources: [...sources.values()] }),
      lanes: [...lanes],
      models: [...new Set(used.map(({ model }) => model))],
      ...(schemas === undefined ? {} : { schemas }),
      prices: pricesOf(used, input.prices, input.allowUnpriced || job.allowUnpriced === true),
      estimate: estimator.total(),
    },
  };

  function pageText(page: number): string {
    return twins.mark(page, cutter.text(page));
  }
}

/** Everything that a planned job has read: it names the job's run. */
export function filesOf({
  plan,
  inputs,
}: Pick<PlannedJob, 'plan' | 'inputs'>): readonly { readonly path: string; readonly sha256: string }[] {
  return [...(plan.sources ?? []), ...inputs];
}

function changedSource(path: string): PollenBatchError {
  return new PollenBatchError('job-invalid', `${path} has changed while it was read`, {
    remedy: 'Nothing was started. Try it again once the file is whole.',
  });
}

// One page after the other: all of them together are what memory shall not hold.
async function digestOf(pages: number, pageText: (page: number) => string): Promise<string> {
  const hash = createHash('sha256');
  for (let page = 0; page < pages; page += 1) {
    hash.update(pageText(page));
    await setImmediate();
  }
  return hash.digest('hex').slice(0, 10);
}
