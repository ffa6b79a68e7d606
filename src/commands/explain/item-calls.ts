import { requestDigest } from '../../plan/digest.ts';
import { maximumOfRequest } from '../../plan/maximum.ts';
import type { DeferredRequest, Plan, PlannedCall, PlannedChain, PlannedItem } from '../../plan/plan.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import type { WireRequest } from '../../pollinations/dialects/dialect.ts';
import type { KeptRequest } from '../../records/kept-request.ts';
import { partName, type CallPart } from '../../storage/keys.ts';

/** A call of an item with its bytes, as far as they are fixed. */
export interface ItemCall {
  /** Which call, of an item that has several. */
  readonly part?: CallPart;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly seed?: number;
  /** Most that one attempt can cost, decimal Pollen; `null` where nothing bounds it. */
  readonly maximum: string | null;
  readonly shared: boolean;
  /** As every attempt sends it; absent as long as it hangs on what earlier steps answer. */
  readonly request?: WireRequest;
  readonly digest?: string;
  /** Sha256 of the files that the request carries as `attachment:<sha256>`, and where they lie. */
  readonly attachments: Readonly<Record<string, string>>;
  /** What the request is filled in from. */
  readonly deferred?: DeferredRequest;
  /** Whether it stands for all calls of a step over a list that is not known yet. */
  readonly isForEach?: true;
}

/** What is known of an item besides its plan. */
export interface KnownOfCalls {
  /** Calls of which anything is known, in any order; some may be named more than once. */
  readonly parts: readonly CallPart[];
  readonly requests: ReadonlyMap<string, KeptRequest>;
  /** Key of an input of the run. */
  readonly inputKey: (sha256: string) => string;
}

/** Lists the calls of an item, in the order of its steps: those that are made, and those that are planned. */
export function itemCalls(plan: Plan, item: PlannedItem, known: KnownOfCalls): readonly ItemCall[] {
  if (!('steps' in item)) return [plannedCall(item, known)];
  const named = new Map(known.parts.map((part) => [partName(part), part]));
  const begun = new Set(known.parts.map(({ step }) => step));
  const parts = item.steps.flatMap(({ id }): readonly CallPart[] =>
    begun.has(id) ? [...named.values()].filter(({ step }) => step === id).sort(byPlace) : [{ step: id }],
  );
  return parts.flatMap((part) => stepCall(plan, item, part, known));
}

function plannedCall(item: PlannedCall, { inputKey }: KnownOfCalls): ItemCall {
  const { kind, model, seed, maximum, request, digest, attachments = [], shared = false } = item;
  return {
    kind,
    model,
    ...withSeed(seed),
    maximum,
    shared,
    request,
    digest,
    attachments: Object.fromEntries(attachments.map(({ sha256 }) => [sha256, inputKey(sha256)])),
  };
}

function stepCall(
  plan: Plan,
  item: PlannedChain,
  part: CallPart,
  { requests, inputKey }: KnownOfCalls,
): readonly ItemCall[] {
  const step = item.steps.find(({ id }) => id === part.step);
  if (step === undefined) return [];
  const { kind, model, shared = false, forEach } = step;
  const kept = requests.get(partName(part));
  const isFixed = part.index === undefined && part.repair === undefined && forEach === undefined;
  const request = kept?.request ?? (isFixed && 'request' in step ? step.request : undefined);
  const own = ('attachments' in step ? step.attachments : undefined) ?? [];
  const base = {
    part,
    kind,
    model,
    ...withSeed(kept === undefined ? step.seed : kept.seed),
    shared,
    attachments: {
      ...Object.fromEntries(own.map(({ sha256 }) => [sha256, inputKey(sha256)])),
      ...Object.fromEntries(Object.entries(kept?.images ?? {}).map(([sha256, { key }]) => [sha256, key])),
    },
  };
  if (request === undefined) {
    const isWhole = forEach !== undefined && part.index === undefined;
    return [
      {
        ...base,
        maximum: step.maximum,
        ...('deferred' in step ? { deferred: step.deferred } : {}),
        ...(isWhole ? { isForEach: true } : {}),
      },
    ];
  }
  const { rounding } = dialects[plan.api.dialect];
  return [
    {
      ...base,
      maximum: kept === undefined ? step.maximum : maximumOfRequest(step, request, plan.prices, rounding),
      request,
      digest: requestDigest(plan.api, request),
    },
  ];
}

function byPlace(left: CallPart, right: CallPart): number {
  return (left.index ?? -1) - (right.index ?? -1) || (left.repair ?? 0) - (right.repair ?? 0);
}

function withSeed(seed: number | undefined): { readonly seed?: number } {
  return seed === undefined ? {} : { seed };
}
