import { canonicalJson } from '../canonical-json.ts';
import { formatAmount } from '../pollen/amount.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import { sha256 } from './digest.ts';
import type { ExpandedItem, ExpandedStep } from './expand/expanded-item.ts';
import { makeCall, type CallParts } from './make-call.ts';
import { hasMedia, maximumOfUse, maxTokensOf } from './maximum.ts';
import type { DeferredRequest, PlannedApi, PlannedChain, PlannedStep } from './plan.ts';
import type { PreparedStep } from './prepare-step.ts';
import { FEW_BYTES, renderedBytes } from './rendered-bytes.ts';
import type { DrawnSeed } from './seeds.ts';

/** Id of the only step of an item whose answer may be mended. */
const ONLY_STEP = 'answer';

/**
 * Bytes that a token of an answer is taken to have at most, where it becomes part of a later prompt. The longest tokens
 * of today's vocabularies have 128, all of them blanks; prose comes to 4 on the average, and no answer to 16.
 */
const TOKEN_BYTES = 16;

/** More bytes than it takes to say what is wrong with an answer. */
const COMPLAINT_BYTES = 2_000;

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
  return { steps: planned, digest: digestOf(planned, context) };
}

function requestOf({ step, prepared, seed }: ChainStep, steps: readonly ChainStep[], context: ChainContext) {
  const { parts, attachments, repair } = prepared;
  const { api, prices } = context;
  const { rounding } = dialects[api.dialect];
  const priceOf = (promptBytes: number | undefined): string | null => {
    const use =
      parts.kind === 'image'
        ? { kind: parts.kind }
        : {
            kind: parts.kind,
            promptBytes: repair === 0 ? promptBytes : repairBytes(promptBytes, parts),
            maxTokens: maxTokensOf(parts.params),
          };
    const maximum = maximumOfUse(parts.model, use, prices, rounding);
    return maximum === undefined ? null : formatAmount(maximum);
  };
  if (step.scope === undefined) {
    const { request, digest, maximum } = makeCall({ ...parts, seed: seed.seed }, api, prices);
    return {
      request,
      digest,
      maximum: repair === 0 ? maximum : priceOf(showsPictures(parts) ? undefined : lengthOf(request.body)),
      ...(attachments === undefined ? {} : { attachments }),
    };
  }
  const { timezone } = context;
  const { kind: _kind, model: _model, ...sent } = parts;
  const deferred: DeferredRequest = { ...sent, scope: step.scope, timezone };
  return { deferred, maximum: priceOf(filledBytes(step, prepared, steps)) };
}

// One call's price bounds all of a step's: the last answer and what is wrong with it go with each that mends it.
function repairBytes(promptBytes: number | undefined, parts: CallParts): number | undefined {
  const answer = answerBytes(parts);
  return promptBytes === undefined || answer === undefined
    ? undefined
    : promptBytes + answer + COMPLAINT_BYTES;
}

function answerBytes({ kind, params }: CallParts): number | undefined {
  const maxTokens = maxTokensOf(params);
  return kind === 'image' ? FEW_BYTES : maxTokens === undefined ? undefined : maxTokens * TOKEN_BYTES;
}

// The templates as they stand, and what comes out of each of them.
function filledBytes(
  { scope = {}, forEach }: ExpandedStep,
  { parts }: PreparedStep,
  steps: readonly ChainStep[],
): number | undefined {
  if (parts.kind === 'image' || showsPictures(parts)) return undefined;
  const bytesOf = (id: string): number | undefined => {
    const named = steps.find(({ step }) => step.id === id);
    const bytes = named === undefined ? undefined : answerBytes(named.prepared.parts);
    return bytes === undefined ? undefined : bytes * (named?.step.forEach?.max ?? 1);
  };
  const named = { scope, step: bytesOf, each: forEach === undefined ? 0 : bytesOf(forEach.step) };
  const { messages, params } = parts;
  let sum = Buffer.byteLength(JSON.stringify({ messages, params }));
  for (const text of textsOf([messages, params])) {
    const bytes = renderedBytes(text, named);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function showsPictures(parts: CallParts): boolean {
  return parts.kind === 'text' && (parts.images !== undefined || hasMedia(parts.messages));
}

function lengthOf(body: string | undefined): number {
  return Buffer.byteLength(body ?? '');
}

// Places and prices are no part of the work.
function digestOf(steps: readonly PlannedStep[], { api }: ChainContext): string {
  const sent = steps.map((step) => {
    const { maximum: _maximum, shared: _shared, lane: _lane, ...work } = step;
    return 'digest' in work ? { ...work, request: null } : work;
  });
  return sha256(canonicalJson([api.id, api.dialect, sent]));
}
