import { PollenBatchError } from '../errors.ts';
import type { Job } from '../manifest/job.ts';
import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import { modelOf, planCalls } from './calls.ts';
import { sha256 } from './digest.ts';
import { cutPages } from './pages.ts';
import { renderJob } from './render-job.ts';
import type { Estimate, Plan, PlannedApi, PlannedCall, PlannedPage } from './plan.ts';

export interface PlanJobInput {
  readonly job: Job;
  readonly runId: string;
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
  /** Draws seeds for this run alone, in place of those that every run of the job has. */
  readonly freshSeeds?: boolean;
}

/**
 * Plans a job: its calls with their exact bytes, cut into pages, and the prices and limits they will run under.
 *
 * @throws PollenBatchError `no-price` when a model has no known price and `allowUnpriced` is not set
 */
export function planJob(input: PlanJobInput): {
  readonly plan: Plan;
  readonly pages: readonly PlannedPage[];
} {
  const { api } = input;
  const job = renderJob(input.job, input.time ?? input.createdAt);
  const prices = pricesOf(job, input.prices, input.allowUnpriced);
  const dialect = dialects[api.dialect];
  const calls = planCalls(job, {
    dialect,
    apiId: api.id,
    prices,
    mayRepeat: input.mayRepeat,
    ...(input.freshSeeds === true ? { seedScope: input.runId } : {}),
  });
  const pages = cutPages(calls, input.laneOf);
  return {
    pages,
    plan: {
      version: 1,
      runId: input.runId,
      digest: sha256(JSON.stringify(pages)).slice(0, 10),
      job: job.name,
      ...(job.description === undefined ? {} : { description: job.description }),
      ...(job.labels === undefined ? {} : { labels: job.labels }),
      createdAt: input.createdAt,
      api,
      items: job.items.length,
      pages: pages.map((page) => ({ page: page.page, lane: page.lane, calls: page.items.length })),
      models: [...new Set(calls.map((call) => call.model))],
      prices,
      estimate: estimate(calls, prices),
    },
  };
}

function pricesOf(job: Job, prices: PriceSnapshot, allowUnpriced: boolean): PriceSnapshot {
  const wanted = new Map(job.items.map((item) => [`${item.kind} ${modelOf(item)}`, item]));
  const found = [];
  const missing = [];
  for (const item of wanted.values()) {
    const price = findPrice(prices, item.kind, modelOf(item));
    if (price === undefined) missing.push(`${modelOf(item)} (${item.kind})`);
    else found.push(price);
  }
  if (missing.length > 0 && !allowUnpriced) {
    throw new PollenBatchError('no-price', `no price is known for ${missing.join(', ')}`, {
      remedy:
        'Check the model names with the API, name their prices in a file given by POLLINATIONS_PRICES, or allow calls of unknown price with --allow-unpriced.',
    });
  }
  return [...new Set(found)];
}

function estimate(calls: readonly PlannedCall[], prices: PriceSnapshot): Estimate {
  const bounded = calls.flatMap((call) => (call.maximum === null ? [] : [parseAmount(call.maximum)]));
  return {
    atMost: formatAmount(bounded.reduce((sum, amount) => sum + amount, 0n)),
    unbounded: calls.length - bounded.length,
    free: calls.filter((call) => isFree(findPrice(prices, call.kind, call.model))).length,
  };
}

function isFree(price: PriceSnapshot[number] | undefined): boolean {
  return price !== undefined && Object.keys(price.rates).length === 0;
}
