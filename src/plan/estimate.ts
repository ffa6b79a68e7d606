import { formatAmount, parseAmount } from '../pollen/amount.ts';
import type { Rounding } from '../pollen/charge.ts';
import { findPrice, type ModelPrice, type PriceSnapshot } from '../pollen/prices.ts';
import { createLikelyCharge, type LikelyCharge, type Measured } from './likely-use.ts';
import type { Estimate, PlannedCall, PlannedItem, PlannedStep } from './plan.ts';

/** What the calls of one model can cost. Amounts are decimal Pollen. */
export interface ModelEstimate extends Required<Estimate> {
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** Calls that are likely made: a step over a list counts with the most it may have, repairs do not count. */
  readonly calls: number;
  /** Calls of items that are taken over from earlier runs, and cost nothing. */
  readonly reused: number;
}

/** Adds up what a plan's calls can cost. */
export interface Estimator {
  /**
   * Adds an item's calls.
   *
   * @param isTwin - whether an earlier item asks the same: the API likely charges the two once. @default false
   */
  add(item: PlannedItem, isTwin?: boolean): void;
  total(): Required<Estimate>;
  /** The same by model, in the order of their first calls. */
  models(): readonly ModelEstimate[];
}

export interface EstimatorInput {
  readonly prices: PriceSnapshot;
  readonly rounding: Rounding;
  /** Whether the API answers bytes that it has seen before at no cost. @default false */
  readonly replays?: boolean;
  /** What past runs of the job have measured. @default nothing */
  readonly measured?: readonly Measured[];
}

interface Sums {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly price: ModelPrice | undefined;
  readonly likelyCharge: (call: PlannedCall | PlannedStep) => LikelyCharge;
  calls: number;
  reused: number;
  atLeast: bigint;
  likely: bigint;
  atMost: bigint;
  unbounded: number;
  unknown: number;
  free: number;
}

/** An estimate of nothing yet. */
export function createEstimator({
  prices,
  rounding,
  replays = false,
  measured = [],
}: EstimatorInput): Estimator {
  const models = new Map<string, Sums>();

  function sumsOf(kind: 'text' | 'image', model: string): Sums {
    const name = `${kind} ${model}`;
    const known = models.get(name);
    if (known !== undefined) return known;
    const price = findPrice(prices, kind, model);
    const past = measured.find((one) => one.kind === kind && one.model === model);
    const amounts = { atLeast: 0n, likely: 0n, atMost: 0n };
    const counts = { calls: 0, reused: 0, unbounded: 0, unknown: 0, free: 0 };
    const likelyCharge = createLikelyCharge(price, past, rounding);
    const sums = { kind, model, price, likelyCharge, ...amounts, ...counts };
    models.set(name, sums);
    return sums;
  }

  function addCall(call: PlannedCall | PlannedStep, isReused: boolean, isTwin: boolean): void {
    const sums = sumsOf(call.kind, call.model);
    const { least, likely, most } = timesOf(call);
    if (isReused) {
      sums.reused += likely;
      return;
    }
    sums.calls += likely;
    const maximum = call.maximum === null ? undefined : parseAmount(call.maximum);
    if (maximum === undefined) sums.unbounded += likely;
    else sums.atMost += maximum * BigInt(most);
    if (sums.price !== undefined && Object.keys(sums.price.rates).length === 0) sums.free += likely;
    if (isTwin) return;
    const guess = sums.likelyCharge(call);
    // The price of an image is known to the last digit, or not at all.
    const isFixed = call.kind === 'image' && maximum !== undefined;
    const atLeast = isFixed ? maximum : lower(guess.atLeast, maximum);
    const guessed = isFixed ? maximum : guess.likely;
    if (!(replays && call.shared === true)) sums.atLeast += atLeast * BigInt(least);
    if (guessed === undefined) sums.unknown += likely;
    else sums.likely += higher(lower(guessed, maximum), atLeast) * BigInt(likely);
  }

  return {
    add(item, isTwin = false) {
      const isReused = item.reuse !== undefined;
      for (const call of callsOf(item)) addCall(call, isReused, isTwin);
    },
    total: () => format(sumOf([...models.values()])),
    models: () =>
      [...models.values()].map((sums) => {
        const { kind, model, calls, reused } = sums;
        return { kind, model, calls, reused, ...format(sums) };
      }),
  };
}

type Amounts = Pick<Sums, 'atLeast' | 'likely' | 'atMost' | 'unbounded' | 'unknown' | 'free'>;

function sumOf(models: readonly Amounts[]): Amounts {
  const sum = { atLeast: 0n, likely: 0n, atMost: 0n, unbounded: 0, unknown: 0, free: 0 };
  for (const one of models) {
    sum.atLeast += one.atLeast;
    sum.likely += one.likely;
    sum.atMost += one.atMost;
    sum.unbounded += one.unbounded;
    sum.unknown += one.unknown;
    sum.free += one.free;
  }
  return sum;
}

function format({ atLeast, likely, atMost, unbounded, unknown, free }: Amounts): Required<Estimate> {
  return {
    atLeast: formatAmount(atLeast),
    likely: formatAmount(likely),
    atMost: formatAmount(atMost),
    unbounded,
    unknown,
    free,
  };
}

// What is there of an item that another run has begun is not called again.
function callsOf(item: PlannedItem): readonly (PlannedCall | PlannedStep)[] {
  if (!('steps' in item)) return [item];
  const done = item.begun?.done ?? [];
  return item.steps.filter(({ id }) => !done.includes(id));
}

interface Times {
  readonly least: number;
  readonly likely: number;
  readonly most: number;
}

// Nothing tells how long a list will be, so the most that it may hold is the guess as well.
function timesOf(call: PlannedCall | PlannedStep): Times {
  if (!('needs' in call)) return { least: 1, likely: 1, most: 1 };
  const { forEach, repair = 0 } = call;
  const entries = forEach?.max ?? 1;
  return { least: forEach === undefined ? 1 : 0, likely: entries, most: entries * (1 + repair) };
}

function lower(amount: bigint, limit: bigint | undefined): bigint {
  return limit !== undefined && limit < amount ? limit : amount;
}

function higher(amount: bigint, limit: bigint): bigint {
  return limit > amount ? limit : amount;
}
