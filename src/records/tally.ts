import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { sumCharges } from '../pollen/bill.ts';
import type { AttemptRecord, ItemCost, Receipt } from './record.ts';

/** Counts and money over a set of items; amounts are decimal Pollen, so that the tally travels as JSON. */
export interface Tally {
  readonly succeeded: number;
  /** Of these, taken over from earlier runs; absent where none was. */
  readonly reused?: number;
  readonly failed: number;
  /** Items without a record because the run was stopped. */
  readonly cancelled: number;
  /** Items without a record because the deadline of the run came; absent where there is none. */
  readonly expired?: number;
  /** What is known to have been charged. */
  readonly settled: string;
  /** Charges that may or may not have been made. */
  readonly unknown: {
    readonly count: number;
    /** Upper bound of all of them; `null` when one has none. */
    readonly atMost: string | null;
  };
  /** Attempts that the API asked to slow down. */
  readonly throttled: number;
}

export const emptyTally: Tally = {
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  settled: '0',
  unknown: { count: 0, atMost: '0' },
  throttled: 0,
};

/** Adds two tallies; amounts are added as integers of 1e-8 Pollen. */
export function addTallies(left: Tally, right: Tally): Tally {
  const reused = (left.reused ?? 0) + (right.reused ?? 0);
  const expired = (left.expired ?? 0) + (right.expired ?? 0);
  return {
    succeeded: left.succeeded + right.succeeded,
    ...(reused === 0 ? {} : { reused }),
    failed: left.failed + right.failed,
    cancelled: left.cancelled + right.cancelled,
    ...(expired === 0 ? {} : { expired }),
    settled: addAmounts(left.settled, right.settled),
    unknown: {
      count: left.unknown.count + right.unknown.count,
      atMost:
        left.unknown.atMost === null || right.unknown.atMost === null
          ? null
          : addAmounts(left.unknown.atMost, right.unknown.atMost),
    },
    throttled: left.throttled + right.throttled,
  };
}

/** What attempts came to. */
export function costOf(attempts: readonly Pick<AttemptRecord, 'charge'>[]): ItemCost {
  const { settled, unknown } = sumCharges(attempts.map(({ charge }) => charge));
  const { count, atMost } = unknown;
  return {
    settled: formatAmount(settled),
    unknown: { count, atMost: atMost === undefined ? null : formatAmount(atMost) },
  };
}

/** Adds costs up; one without a bound leaves the sum without one. */
export function sumCosts(costs: readonly ItemCost[]): ItemCost {
  const { settled, unknown } = costs
    .map((cost) => ({ ...emptyTally, ...cost }))
    .reduce(addTallies, emptyTally);
  return { settled, unknown };
}

/** The tally of one item. */
export function tallyOf(receipt: Pick<Receipt, 'status' | 'cost' | 'throttled' | 'reused'>): Tally {
  return {
    succeeded: receipt.status === 'succeeded' ? 1 : 0,
    ...(receipt.reused === true ? { reused: 1 } : {}),
    failed: receipt.status === 'failed' ? 1 : 0,
    cancelled: 0,
    settled: receipt.cost.settled,
    unknown: receipt.cost.unknown,
    throttled: receipt.throttled,
  };
}

/** Items that ended without a record: cancelled or expired. */
export function missingItems({ cancelled, expired = 0 }: Tally): number {
  return cancelled + expired;
}

/** Items that will not change any more. */
export function settledItems(tally: Tally): number {
  return tally.succeeded + tally.failed + missingItems(tally);
}

function addAmounts(left: string, right: string): string {
  return formatAmount(parseAmount(left) + parseAmount(right));
}
