import { seededRandom } from '../support/seeded-random.ts';
import type { Kind } from './strikes/kind.ts';

/** One fault to come. */
export interface PlannedFault {
  readonly kind: string;
  /** Milliseconds after the start. */
  readonly atMs: number;
  readonly lastsMs: number;
  /** Place of the worker that it is for, from 0. */
  readonly place: number;
  /** Seed of whatever else is left to chance. */
  readonly seed: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** Milliseconds in which faults may begin. */
  readonly spanMs: number;
  readonly workers: number;
}

/** Faults that may go on at once. */
const AT_ONCE = 2;
/** What a part gets to come back before it is struck again. */
const RECOVERY_MS = 3_000;
/** Before the first fault, so that there is something to lose. */
const START_MS = 2_000;

/**
 * Plans faults by a seed alone: each kind once, in an order of chance, then whatever chance brings, until the span is
 * over. At most two go on at once, and never two of what they take away. Where the span is too short for each kind once,
 * the plan is longer than the span.
 */
export function planFaults(
  kinds: readonly Kind[],
  { seed, spanMs, workers }: PlanOptions,
): readonly PlannedFault[] {
  const random = seededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const left = shuffled(kinds, random);
  const free = new Map<string, number>();
  const slots = Array.from({ length: AT_ONCE }, () => START_MS);
  const plan: PlannedFault[] = [];
  for (;;) {
    const kind = left.pop() ?? kinds[below(kinds.length)];
    if (kind === undefined) return plan;
    const place = below(workers);
    const target = kind.target === 'worker' ? `worker-${place}` : kind.target;
    const [slotAt] = [...slots].sort((one, other) => one - other);
    const atMs = Math.round(Math.max(slotAt ?? 0, free.get(target) ?? 0) + random() * 1_500);
    const isExtra = plan.length >= kinds.length;
    if (isExtra && atMs > spanMs) return byTime(plan);
    const [least, most] = kind.seconds;
    const lastsMs = Math.round((least + random() * (most - least)) * 1_000);
    plan.push({ kind: kind.name, atMs, lastsMs, place, seed: below(2 ** 31) });
    slots[slots.indexOf(slotAt ?? 0)] = atMs + lastsMs;
    free.set(target, atMs + lastsMs + RECOVERY_MS);
  }
}

function byTime(plan: readonly PlannedFault[]): readonly PlannedFault[] {
  return [...plan].sort((left, right) => left.atMs - right.atMs);
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const left = [...items];
  for (let last = left.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [left[last], left[other]] = [left[other] as Item, left[last] as Item];
  }
  return left;
}
