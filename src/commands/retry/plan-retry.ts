import { PollenBatchError } from '../../errors.ts';
import { laneOf } from '../../lanes/lanes.ts';
import type { Budget, Job } from '../../manifest/job.ts';
import { createBudgetChecker } from '../../plan/budget.ts';
import { whyNotFree } from '../../plan/check-spend.ts';
import type { Measured } from '../../plan/likely-use.ts';
import type { BegunChain, Plan, PlannedItem, PlannedUse } from '../../plan/plan.ts';
import { createPlanLines, type EndedLines } from '../../plan/plan-lines.ts';
import { pricesOf } from '../../plan/planned-prices.ts';
import { retryItem, type ItemEnd } from '../../plan/retry-item.ts';
import { stableSeed } from '../../plan/seed.ts';
import type { Spool } from '../../plan/spool.ts';
import { isBadForGood } from '../../pollinations/verdicts.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { Session } from '../session/session.ts';
import { readEndedItems, type EndedItem, type RetriedRun } from './parent-items.ts';

/** What a retry calls again of what its parent has not got. */
export interface LeftItems {
  readonly failed: number;
  /** Items without a record, as after a stop or a deadline. */
  readonly cancelled: number;
  /** Of both, those that get another seed. */
  readonly reseeded: number;
}

/** The plan of a retry, as long as it waits in its spool. */
export interface PlannedRetry extends Pick<EndedLines, 'models' | 'reused' | 'pageText'> {
  readonly plan: Omit<Plan, 'runId'>;
  readonly left: LeftItems;
  /** What the items ask that are called again. */
  readonly uses: readonly PlannedUse[];
}

export interface RetryPlanInput {
  readonly parent: RetriedRun;
  /** The retry itself: new seeds are drawn from it. */
  readonly run: RunLocation;
  readonly reason: string | undefined;
  readonly newSeeds: boolean;
  readonly allowUnpriced: boolean;
  /** What the retry may cost in all: its own budget, whatever its parent has spent. */
  readonly budget: Budget | undefined;
  /** What models the job may ask: one that was free may cost something now. */
  readonly spend: Job['spend'];
  readonly measured: readonly Measured[];
  readonly spool: Spool;
}

/**
 * Plans the retry of a run from that run's plan and results alone: what has succeeded is taken over, the rest is called
 * again with the same bytes. Prices and lanes are those of the session.
 *
 * @throws PollenBatchError `no-price` when a model that is called again has no known price, `too-dear` when the budget cannot
 * hold its calls or a job that spends nothing would, `store-unusable` where plan or results of the parent are damaged
 */
export async function planRetry(session: Session, input: RetryPlanInput): Promise<PlannedRetry> {
  const { parent, run, reason, newSeeds, allowUnpriced, budget, spend, measured, spool } = input;
  const { api, plannedApi, config, store } = session;
  const lanes = (model: string): string => laneOf(config.lanes, model);
  const { canary } = parent.plan;
  const lines = createPlanLines({
    api: plannedApi,
    prices: api.prices,
    laneOf: lanes,
    spool,
    measured,
    ...(canary === undefined ? {} : { canary: canary.items }),
  });
  const context = {
    api: plannedApi,
    prices: api.prices,
    laneOf: lanes,
    newSeed: (id: string, step?: string): number =>
      stableSeed(run.runId, id, ...(step === undefined ? [] : [step])),
  };
  const place = { file: parent.plan.job, line: 1, column: 1 };
  const left = { failed: 0, cancelled: 0, reseeded: 0 };
  const uses = new Map<string, PlannedUse>();
  const bounds = createBudgetChecker(plannedApi.cacheMode, api.prices, allowUnpriced);
  for await (const ended of readEndedItems(store, parent)) {
    const end = endOf(ended, parent.run, newSeeds);
    const item = lines.add(retryItem(ended.item, end, context), place);
    if (end.kind === 'done') continue;
    const [unbounded] = bounds.check(item);
    if (budget !== undefined && unbounded !== undefined) throw overBudget(unbounded.message);
    left[ended.line.status === 'failed' ? 'failed' : 'cancelled'] += 1;
    if (end.bad === 'call' || end.bad.length > 0) left.reseeded += 1;
    for (const { kind, model } of 'steps' in item ? item.steps : [item]) {
      uses.set(`${kind} ${model}`, { kind, model });
    }
  }
  // What is taken over needs no price any more.
  pricesOf([...uses.values()], api.prices, allowUnpriced);
  if (spend === 'free-only') checkFree([...uses.values()], session);
  const shortfall = budget === undefined ? undefined : bounds.shortfall(budget.amount);
  if (shortfall !== undefined) throw overBudget(shortfall);
  const { plan, models, reused, pageText } = await lines.end(true);
  return {
    models,
    reused,
    pageText,
    left,
    uses: [...uses.values()],
    plan: {
      ...settingsOf(parent.plan),
      ...plan,
      ...(budget === undefined ? {} : { budget }),
      parent: { runId: parent.run.runId, ...(reason === undefined ? {} : { reason }) },
      createdAt: new Date().toISOString(),
      api: plannedApi,
    },
  };
}

function checkFree(uses: readonly PlannedUse[], { api }: Session): void {
  const paid = uses.flatMap((use) => {
    const why = whyNotFree(use, api.prices);
    return why === undefined ? [] : [`${use.kind} model "${use.model}" ${why}`];
  });
  if (paid.length === 0) return;
  throw new PollenBatchError(
    'too-dear',
    'the job has `spend: free-only`, and calls would cost something now',
    {
      details: paid,
      remedy:
        'Nothing was started. A job with other models, or without `spend`, takes over what is there by `submit --new --reuse`.',
    },
  );
}

// All that is the job's and not the plan's own.
function settingsOf({
  runId: _runId,
  parent: _parent,
  digest: _digest,
  lanes: _lanes,
  estimate: _estimate,
  prices: _prices,
  budget: _budget,
  ...settings
}: Plan): Omit<Plan, 'runId' | 'digest' | 'lanes' | 'estimate' | 'prices' | 'parent' | 'budget'> {
  return settings;
}

function overBudget(message: string): PollenBatchError {
  return new PollenBatchError('too-dear', message, {
    remedy:
      'Nothing was started. A job with another budget takes over what is there by `submit --new --reuse`.',
  });
}

function endOf({ item, page, line }: EndedItem, run: RunLocation, newSeeds: boolean): ItemEnd {
  const keys = runKeys(run);
  const { number, id } = item;
  if (line.status === 'succeeded') {
    const key = line.key ?? keys.record(page, number, id);
    return { kind: 'done', work: { runId: run.runId, key } };
  }
  const bad = newSeeds ? badOf(item, line) : [];
  if (!('steps' in item) || (line.steps ?? []).length === 0) return { kind: 'open', bad };
  const begun = { runId: run.runId, prefix: keys.itemObjects(page, number, id), ...doneOf(item, line) };
  return { kind: 'open', bad, begun };
}

// How long a list is, the line of an item that has not ended does not say: such a step may have calls left.
function doneOf(
  { steps }: Extract<PlannedItem, { readonly steps: unknown }>,
  line: EndedItem['line'],
): Pick<BegunChain, 'done'> {
  const whole = steps.filter(
    ({ id, forEach }) =>
      forEach === undefined &&
      line.steps?.some(({ step, status }) => step === id && status === 'succeeded') === true,
  );
  return whole.length === 0 ? {} : { done: whole.map(({ id }) => id) };
}

function badOf(item: PlannedItem, line: EndedItem['line']): 'call' | readonly string[] {
  if (line.status !== 'failed') return [];
  if (!('steps' in item)) return isBadForGood(line.fault.code) ? 'call' : [];
  const bad = item.steps.filter(({ id }) =>
    line.steps?.some(
      ({ step, index, status, fault }) =>
        step === id &&
        status === 'failed' &&
        fault !== undefined &&
        isBadForGood(fault.code) &&
        // One that was mended is none.
        line.steps?.some(
          (other) => other.step === id && other.index === index && other.status === 'succeeded',
        ) !== true,
    ),
  );
  return bad.map(({ id }) => id);
}
