import { PollenBatchError } from '../errors.ts';
import type { FilePath, Job } from '../manifest/job.ts';
import type { Problem } from '../manifest/problem.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { createBudgetChecker } from './budget.ts';
import { createModelChecker } from './check-models.ts';
import { createSpendChecker } from './check-spend.ts';
import type { ModelEstimate } from './estimate.ts';
import { expandJob } from './expand/expand-job.ts';
import type { ExpandContext } from './expand/expansion.ts';
import { expectDoubts } from './expect-doubts.ts';
import { createFindings } from './findings.ts';
import { createGiveWay } from './give-way.ts';
import type { JobInput } from './job-inputs.ts';
import type { Measured } from './likely-use.ts';
import type { Plan, PlannedApi, PlannedItem, PlannedUse, PlanSource } from './plan.ts';
import { createItemPlanner } from './plan-item.ts';
import { createPlanLines } from './plan-lines.ts';
import { withRest } from './problem-list.ts';
import type { ReuseIndex } from './reuse.ts';
import type { Spool } from './spool.ts';

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
  /** What has to be free of a budget for the dearest call whose price is bounded, decimal Pollen. */
  readonly dearest: string;
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
  const { job } = input;
  const allowUnpriced = input.allowUnpriced || job.allowUnpriced === true;
  const planner = createItemPlanner({
    ...input,
    timezone: job.timezone ?? 'UTC',
    seeds: {
      job: job.name,
      rule: job.seed ?? input.usualSeed ?? 'stable',
      allFresh: input.allFresh ?? false,
      scope: input.seedScope ?? input.createdAt,
      mayRepeat: input.mayRepeat,
    },
  });
  const modelFindings = createModelChecker(job, input.checks, allowUnpriced);
  const spendFaults = createSpendChecker(job, input.prices);
  const findings = createFindings(input);
  const { canary, deadline, failFast } = job;
  const lines = createPlanLines({ ...input, ...(canary === undefined ? {} : { canary: canary.items }) });
  const sources = createSourceNotes();
  const giveWay = createGiveWay();
  const bounds = createBudgetChecker(input.api.cacheMode, input.prices, allowUnpriced);
  const hasBudget = budgetsOf(input).length > 0;
  const time = input.time ?? input.createdAt;
  let items = 0;

  for await (const expansion of expandJob(job, {
    ...input,
    time,
    noteSource: (source) => sources.note(source),
  })) {
    const turn = giveWay();
    if (turn !== undefined) await turn;
    if (expansion.kind === 'problem') findings.problem(expansion.problem);
    else if (expansion.kind === 'warning') findings.warning(expansion.problem);
    // What follows is read all the same: a run is named by all of its data.
    else if (items !== input.first) {
      items += 1;
      const { item } = expansion;
      const ofModels = modelFindings(item);
      const made = planner.plan(item);
      const planning = made instanceof Promise ? await made : made;
      findings.doubts(item, ofModels.warnings);
      findings.doubts(item, expectDoubts(item));
      findings.faults(item, ofModels.faults);
      findings.faults(item, spendFaults(item));
      if ('faults' in planning) findings.faults(item, planning.faults);
      else {
        const line = lines.add(planning.item, item.place);
        const faults = bounds.check(line);
        if (hasBudget) findings.faults(item, faults);
        input.onItem?.(line);
      }
    }
    if (findings.isFull()) break;
  }
  for (const { amount, path } of budgetsOf(input)) {
    const message = bounds.shortfall(amount);
    if (message !== undefined)
      findings.problem({ file: input.file, ...input.placeOf(path), code: 'budget-low', message });
  }
  const { problems, warnings, isCut } = findings.end();
  if (problems.length > 0) return { problems: withRest(problems, isCut) };

  const { plan, ...ended } = await lines.end(allowUnpriced);
  const dearest = bounds.dearest();
  const schemas = planner.schemas();
  return {
    ...ended,
    dearest,
    warnings: [...warnings, ...ended.warnings],
    inputs: planner.inputs(),
    hasFreshSeeds: planner.hasFreshSeeds(),
    plan: {
      version: 1,
      job: job.name,
      ...(job.description === undefined ? {} : { description: job.description }),
      ...(job.labels === undefined ? {} : { labels: job.labels }),
      ...(job.limits?.concurrency === undefined ? {} : { concurrency: job.limits.concurrency }),
      ...(job.budget === undefined ? {} : { budget: job.budget }),
      ...(canary === undefined ? {} : { canary }),
      ...(deadline === undefined ? {} : { deadline }),
      ...(failFast === undefined ? {} : { failFast }),
      ...(job.priority === undefined ? {} : { priority: job.priority }),
      ...(job.notify === undefined ? {} : { notify: job.notify }),
      createdAt: input.createdAt,
      api: input.api,
      ...sources.noted(),
      ...(schemas === undefined ? {} : { schemas }),
      ...plan,
    },
  };
}

// That of a run, and that of a schedule's period.
function budgetsOf({
  job: { budget, schedule },
}: PlanJobInput): readonly { readonly amount: string; readonly path: FilePath }[] {
  return [
    ...(budget === undefined ? [] : [{ amount: budget.amount, path: ['budget'] }]),
    ...(schedule?.budget === undefined
      ? []
      : [{ amount: schedule.budget.amount, path: ['schedule', 'budget'] }]),
  ];
}

/** Everything that a planned job has read: it names the job's run. */
export function filesOf({
  plan,
  inputs,
}: Pick<PlannedJob, 'plan' | 'inputs'>): readonly { readonly path: string; readonly sha256: string }[] {
  return [...(plan.sources ?? []), ...inputs];
}

// A file that two entries name is read twice.
function createSourceNotes() {
  const sources = new Map<string, PlanSource>();
  return {
    note(source: PlanSource): void {
      const earlier = sources.get(source.path);
      sources.set(source.path, source);
      if (earlier !== undefined && earlier.sha256 !== source.sha256) throw changedSource(source.path);
    },
    noted: () => (sources.size === 0 ? {} : { sources: [...sources.values()] }),
  };
}

function changedSource(path: string): PollenBatchError {
  return new PollenBatchError('job-invalid', `${path} has changed while it was read`, {
    remedy: 'Nothing was started. Try it again once the file is whole.',
  });
}
