import { randomAt, randomStreams } from './random.ts';

interface FaultKind {
  /** `before` the generation (nothing is billed), or `after` it (generated, billed and cached all the same). */
  readonly stage: 'before' | 'after';
  /** Absent: both kinds of call. */
  readonly only?: 'text' | 'image';
}

const before: FaultKind = { stage: 'before' };
const after: FaultKind = { stage: 'after' };

/**
 * Every fault by name. Numbers are statuses. `500` comes as the usual envelope, `500-flat` as a flat object,
 * `500-nested` as an envelope whose message is JSON text; `502` is an HTML page, `503` plain text, `524` comes late.
 * `reset` breaks the connection with nothing generated, `lost` after generating; `cut-length`, `cut-chunked` and
 * `cut-close` send half the body. `hang` never answers.
 */
export const faultKinds = {
  '400': before,
  '401': before,
  '402-balance': before,
  '402-budget': before,
  '403': before,
  '403-balance': before,
  '422': before,
  '429': before,
  '429-retry-after': before,
  '500': before,
  '500-flat': before,
  '500-nested': before,
  '502': before,
  '503': before,
  '524': after,
  reset: before,
  hang: before,
  lost: after,
  'cut-length': after,
  'cut-chunked': after,
  'cut-close': after,
  'wrong-type': before,
  empty: before,
  'json-image': { stage: 'before', only: 'image' },
  placeholder: { stage: 'before', only: 'image' },
  'balance-notice': { stage: 'before', only: 'text' },
} as const satisfies Readonly<Record<string, FaultKind>>;

export type FaultName = keyof typeof faultKinds;

/** How often each fault happens to a generation call, 0 to 1; together at most 1. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

/** Whether the text names a fault. */
export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(faultKinds, text);
}

interface Mark {
  readonly fault: FaultName;
  readonly times: number;
}

function markIn(prompt: string): Mark | undefined {
  const match = /\[\[fault:([a-z0-9-]+)(?::(\d+))?\]\]/.exec(prompt);
  const fault = match?.[1];
  if (fault === undefined || !isFaultName(fault)) return undefined;
  return { fault, times: match?.[2] === undefined ? Number.POSITIVE_INFINITY : Number(match[2]) };
}

/** Takes marks of faults out of a prompt, so that they do not show in what is generated from it. */
export function withoutMarks(prompt: string): string {
  return prompt.replace(/\s*\[\[fault:[^\]]*\]\]/g, '').trim();
}

/** A generation call as it arrives. */
interface Arrival {
  /** Number of the request in the journal: the draw depends on it and the seed alone. */
  readonly sequence: number;
  readonly digest: string;
  readonly kind: 'text' | 'image';
  readonly prompt: string;
}

/** Decides which fault, if any, a call meets. */
export interface FaultPlan {
  decide(arrival: Arrival, rates: FaultRates): FaultName | undefined;
  /** Counts a fault of an earlier life of the emulator, so that `[[fault:NAME:2]]` still means two. */
  remember(digest: string): void;
}

/** A plan of faults: marked prompts first, then the seeded draw. */
export function createFaultPlan(seed: number): FaultPlan {
  const faultsByDigest = new Map<string, number>();

  const draw = (sequence: number, rates: FaultRates): FaultName | undefined => {
    let remaining = randomAt(seed, randomStreams.faults, sequence);
    for (const [name, rate] of Object.entries(rates)) {
      if (remaining < rate && isFaultName(name)) return name;
      remaining -= rate;
    }
    return undefined;
  };

  const remember = (digest: string): void => {
    faultsByDigest.set(digest, (faultsByDigest.get(digest) ?? 0) + 1);
  };

  const marked = (digest: string, mark: Mark): FaultName | undefined => {
    if (mark.times === Number.POSITIVE_INFINITY) return mark.fault;
    if ((faultsByDigest.get(digest) ?? 0) >= mark.times) return undefined;
    remember(digest);
    return mark.fault;
  };

  return {
    decide({ sequence, digest, kind, prompt }, rates) {
      const mark = markIn(prompt);
      const fault = mark === undefined ? draw(sequence, rates) : marked(digest, mark);
      if (fault === undefined) return undefined;
      const { only }: FaultKind = faultKinds[fault];
      return only === undefined || only === kind ? fault : undefined;
    },
    remember,
  };
}
