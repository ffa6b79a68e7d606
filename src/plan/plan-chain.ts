import { canonicalJson } from '../canonical-json.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { dialects, type WireRequest } from '../pollinations/dialects/index.ts';
import { sha256 } from './digest.ts';
import { paramsContent } from './job-content.ts';
import type { ExpandedItem, ExpandedStep } from './expand/expanded-item.ts';
import { makeCall } from './make-call.ts';
import type { DeferredRequest, PlannedApi, PlannedChain, PlannedStep } from './plan.ts';
import type { PreparedStep } from './prepare-step.ts';
import type { DrawnSeed } from './seeds.ts';
import { maximumOfStep, type BoundedStep } from './step-maximum.ts';

/** Id of the only step of an item whose answer may be mended. */
const ONLY_STEP = 'answer';

/** A step of a chain, ready to be planned. */
export interface ChainStep {
  readonly step: ExpandedStep;
  readonly prepared: PreparedStep;
  readonly seed: DrawnSeed;
}

export interface ChainContext {
  readonly api: Pick<PlannedApi, 'id' | 'dialect'>;
  readonly prices: PriceSnapshot;
  readonly laneOf: (model: string) => string;
  /** Zone of the `date` filter. */
  readonly timezone: string;
}

/** Whether an item is one of several calls, or could become one. */
export function isChain({ steps }: Pick<ExpandedItem, 'steps'>): boolean {
  return steps.some(
    (step) => step.id !== undefined || (step.kind === 'text' && (step.output?.repair ?? 0) > 0),
  );
}

/** Calls that the steps of a chain may come to. */
export function stepCalls(steps: PlannedChain['steps']): number {
  return steps.reduce((sum, { forEach, repair = 0 }) => sum + (forEach?.max ?? 1) * (1 + repair), 0);
}

/** Plans the steps of an item: in its author's order, in which no step stands before one that it needs. */
export function planChain(
  steps: readonly ChainStep[],
  context: ChainContext,
): Pick<PlannedChain, 'steps' | 'digest'> {
  const positionOf = (id: string): number => {
    const position = steps.findIndex(({ step }) => step.id === id);
    if (position < 0) throw new Error(`the item has no step ${id}`);
    return position;
  };
  const planned = steps.map(({ step, prepared, seed }): PlannedStep => {
    const { parts, expect, repair } = prepared;
    const { forEach } = step;
    const needs = new Set([...step.needs, ...(forEach === undefined ? [] : [forEach.step])]);
    return {
      id: step.id ?? ONLY_STEP,
      kind: parts.kind,
      model: parts.model,
      seed: seed.seed,
      lane: context.laneOf(parts.model),
      needs: [...needs].map(positionOf).sort((left, right) => left - right),
      ...(forEach === undefined ? {} : { forEach: { ...forEach, step: positionOf(forEach.step) } }),
      ...(repair === 0 ? {} : { repair }),
      ...(seed.isShared ? { shared: true as const } : {}),
      ...(expect === undefined ? {} : { expect }),
      ...requestOf({ step, prepared, seed }, steps, context),
    };
  });
  return { steps: planned, digest: chainDigest(planned, context.api) };
}

function requestOf({ step, prepared, seed }: ChainStep, steps: readonly ChainStep[], context: ChainContext) {
  const { parts, attachments, repair } = prepared;
  const { api, prices } = context;
  const priceOf = (request?: WireRequest): string | null =>
    maximumOfStep(
      boundedStep({ step, prepared, seed }, request),
      steps.map((other) => boundedStep(other)),
      prices,
      dialects[api.dialect].rounding,
    );
  if (step.scope === undefined) {
    const { request, digest, maximum } = makeCall({ ...parts, seed: seed.seed }, api, prices);
    return {
      request,
      digest,
      maximum: repair === 0 ? maximum : priceOf(request),
      ...(attachments === undefined ? {} : { attachments }),
    };
  }
  const { timezone } = context;
  const { kind: _kind, model: _model, ...sent } = parts;
  const deferred: DeferredRequest = { ...sent, scope: step.scope, timezone };
  return { deferred, maximum: priceOf() };
}

function boundedStep({ step, prepared }: ChainStep, request?: WireRequest): BoundedStep {
  const { parts, repair } = prepared;
  const { id, scope, forEach } = step;
  return {
    ...parts,
    ...(id === undefined ? {} : { id }),
    ...(scope === undefined ? {} : { scope }),
    ...(request === undefined ? {} : { request }),
    ...(forEach === undefined ? {} : { forEach }),
    repair,
  };
}

/** Names the work of a chain: places and prices are no part of it. */
export function chainDigest(steps: readonly PlannedStep[], api: Pick<PlannedApi, 'id' | 'dialect'>): string {
  const sent = steps.map((step) => {
    const { maximum: _maximum, shared: _shared, lane: _lane, ...work } = step;
    return 'digest' in work ? { ...work, request: null } : { ...work, deferred: contentOf(work.deferred) };
  });
  return sha256(canonicalJson([api.id, api.dialect, sent]));
}

// A template may print a whole map of its scope, in the order in which that was written.
function contentOf({ params, scope, ...deferred }: DeferredRequest) {
  return { ...deferred, params: paramsContent(params), scope: JSON.stringify(scope) };
}
