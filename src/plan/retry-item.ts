import type { PriceSnapshot } from '../pollen/prices.ts';
import { dialects, type WireRequest } from '../pollinations/dialects/index.ts';
import { requestDigest } from './digest.ts';
import { maximumOfRequest, partsOfRequest } from './maximum.ts';
import type { BegunChain, PlannedApi, PlannedCall, PlannedChain, PlannedItem, PlannedStep } from './plan.ts';
import { chainDigest } from './plan-chain.ts';
import type { DoneWork } from './reuse.ts';
import { maximumOfStep, type BoundedStep } from './step-maximum.ts';
import { withSeed } from './with-seed.ts';

/** How a run left an item. */
export type ItemEnd =
  | { readonly kind: 'done'; readonly work: DoneWork }
  | {
      readonly kind: 'open';
      /** What it has left of an item of several calls. */
      readonly begun?: Omit<BegunChain, 'reseeded'>;
      /** Whose answer is bad for good: the item's only call, or the steps with these ids. Their seeds change. */
      readonly bad: 'call' | readonly string[];
    };

export interface RetryContext {
  readonly api: PlannedApi;
  /** Prices of today. */
  readonly prices: PriceSnapshot;
  readonly laneOf: (model: string) => string;
  /** Draws a new seed for an item's call, or for the calls of one of its steps. */
  readonly newSeed: (id: string, step?: string) => number;
}

/**
 * An item of an earlier run as a run has it that calls for what that one has not got. What is done is taken over; the
 * rest keeps number, id and bytes, save where a seed changes. Lanes and prices are those of today.
 */
export function retryItem(item: PlannedItem, end: ItemEnd, context: RetryContext): PlannedItem {
  if ('steps' in item) return retryChain(item, end, context);
  const call = repriced(item, context);
  if (end.kind === 'done') return { ...call, reuse: end.work };
  if (end.bad !== 'call') return { ...call, shared: true };
  const { reuse: _reuse, shared: _shared, ...rest } = call;
  return { ...rest, ...reseeded(call.request, context.newSeed(item.id), context.api) };
}

function retryChain(item: PlannedChain, end: ItemEnd, context: RetryContext): PlannedChain {
  const { begun: _begun, ...base } = item;
  const steps = repricedSteps(item.steps, context);
  if (end.kind === 'done') return { ...base, steps, reuse: end.work };
  const { begun, bad } = end;
  const isBad = ({ id }: PlannedStep): boolean => bad !== 'call' && bad.includes(id);
  const retried = steps.map((step): PlannedStep => {
    if (!isBad(step)) return { ...step, shared: true };
    const { shared: _shared, ...rest } = step;
    const seed = context.newSeed(item.id, step.id);
    return 'request' in rest ? { ...rest, ...reseeded(rest.request, seed, context.api) } : { ...rest, seed };
  });
  const left = begun === undefined ? {} : { begun };
  if (!steps.some(isBad)) return { ...base, steps: retried, ...left };
  const { reuse: _reuse, ...rest } = base;
  return {
    ...rest,
    steps: retried,
    digest: chainDigest(retried, context.api),
    ...(begun === undefined
      ? {}
      : { begun: { ...begun, reseeded: steps.filter(isBad).map(({ id }) => id) } }),
  };
}

function reseeded(request: WireRequest, seed: number, api: PlannedApi) {
  const other = withSeed(dialects[api.dialect], request, seed);
  return { seed, request: other, digest: requestDigest(api, other) };
}

function repriced(call: PlannedCall, { api, prices }: RetryContext): PlannedCall {
  const { rounding } = dialects[api.dialect];
  return { ...call, maximum: maximumOfRequest(call, call.request, prices, rounding) };
}

function repricedSteps(
  steps: readonly PlannedStep[],
  { api, prices, laneOf }: RetryContext,
): readonly PlannedStep[] {
  const bounded = steps.map((step) => boundedStep(step, steps));
  const { rounding } = dialects[api.dialect];
  return steps.map((step, position) => {
    const bound = bounded[position];
    const maximum = bound === undefined ? null : maximumOfStep(bound, bounded, prices, rounding);
    return { ...step, lane: laneOf(step.model), maximum };
  });
}

function boundedStep(step: PlannedStep, steps: readonly PlannedStep[]): BoundedStep {
  const { id, kind, model, forEach, repair = 0 } = step;
  const common = {
    id,
    kind,
    model,
    repair,
    ...(forEach === undefined ? {} : { forEach: { step: steps[forEach.step]?.id ?? '', max: forEach.max } }),
  };
  if ('request' in step) {
    const { request } = step;
    return { ...common, ...partsOfRequest(request), request };
  }
  const { params, messages, images, scope } = step.deferred;
  return {
    ...common,
    params,
    scope,
    ...(messages === undefined ? {} : { messages }),
    ...(images === undefined ? {} : { images }),
  };
}
