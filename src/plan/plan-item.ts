import { formatAmount } from '../pollen/amount.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { Dialect, WireRequest } from '../pollinations/dialects/dialect.ts';
import { requestDigest } from './digest.ts';
import type { ExpandedItem, ExpandedStep } from './expand/expanded-item.ts';
import { maximumOf } from './maximum.ts';
import type { Expectation, PlannedCall, PlannedItem } from './plan.ts';
import { stableSeed } from './seed.ts';

export interface ItemContext {
  /** Name of the job: part of every seed that is drawn. */
  readonly job: string;
  readonly dialect: Dialect;
  /** Id of the API, part of every digest. */
  readonly apiId: string;
  readonly prices: PriceSnapshot;
  /** Whether another run of the job may have sent the same bytes before. */
  readonly mayRepeat: boolean;
  /** What seeds are drawn from besides job and item; absent where every run of the job has the same. */
  readonly seedScope?: string;
}

/** Makes a planner of items, in the job's order: each with its bytes, digest and highest price. */
export function createItemPlanner(context: ItemContext): (item: ExpandedItem) => PlannedItem {
  const occurrences = new Map<string, number>();
  const scope = context.seedScope === undefined ? [context.job] : [context.job, context.seedScope];

  // Without an id the seed follows the request itself, so that inserting a row moves no other row's seed.
  function seedOf(item: ExpandedItem, step: ExpandedStep): number {
    const pinned = step.params['seed'];
    if (typeof pinned === 'number') return pinned;
    if (item.id !== undefined) return stableSeed(...scope, item.id);
    const bytes = digestOf(context, requestOf(step, context.dialect, undefined));
    const earlier = occurrences.get(bytes) ?? 0;
    occurrences.set(bytes, earlier + 1);
    return stableSeed(...scope, bytes, String(earlier + 1));
  }

  return function planItem(item): PlannedCall {
    const [step] = item.steps;
    if (step === undefined) throw new Error(`item ${item.number} has no step`);
    const seed = seedOf(item, step);
    const request = requestOf(step, context.dialect, seed);
    const model = modelOf(step);
    const maximum = maximumOf({ ...step, model, request }, context.prices, context.dialect.rounding);
    const expect = expectationOf(step);
    const isShared = context.mayRepeat || step.params['seed'] !== undefined;
    return {
      number: item.number,
      id: item.id ?? String(item.number),
      kind: step.kind,
      model,
      seed,
      request,
      digest: digestOf(context, request),
      maximum: maximum === undefined ? null : formatAmount(maximum),
      ...(isShared ? { shared: true as const } : {}),
      ...(expect === undefined ? {} : { expect }),
    };
  };
}

/** The model of a step; the manifest always sets one. */
export function modelOf(step: Pick<ExpandedStep, 'params'>): string {
  return String(step.params['model']);
}

function requestOf(step: ExpandedStep, dialect: Dialect, seed: number | undefined): WireRequest {
  const { model: _model, seed: _seed, ...params } = step.params;
  const common = { model: modelOf(step), params, ...(seed === undefined ? {} : { seed }) };
  return step.kind === 'text'
    ? dialect.textRequest({ ...common, messages: step.messages })
    : dialect.imageRequest({ ...common, prompt: step.prompt });
}

function digestOf({ apiId, dialect }: ItemContext, request: WireRequest): string {
  return requestDigest({ id: apiId, dialect: dialect.name }, request);
}

function expectationOf(step: ExpandedStep): Expectation | undefined {
  if (step.kind === 'image') return undefined;
  const format = step.params['response_format'];
  const type = typeof format === 'object' && format !== null && 'type' in format ? format.type : undefined;
  return type === 'json_object' || type === 'json_schema' ? { json: true } : undefined;
}
