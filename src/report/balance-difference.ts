import type { Amount } from '../pollen/amount.ts';
import type { OpenReason } from './settlement.ts';

/** What was left of the own budget of a run's key. */
export interface Balances {
  /** Before the run's first call. */
  readonly start: Amount;
  /** After its last one has ended; what it was charged may come a little later. */
  readonly end?: Amount;
  /** When all that was charged is told. */
  readonly now: Amount;
}

/** What a run can have cost. */
export interface CostRange {
  readonly settled: Amount;
  /** With all that is unknown at its bound; `undefined` where one has none. */
  readonly most: Amount | undefined;
}

/** What balances prove of a run's whole cost. */
export type Difference =
  | { readonly kind: 'proved'; readonly cost: Amount }
  | { readonly kind: 'open'; readonly reason: OpenReason };

/**
 * Finds what a run has cost by how far its key's balance moved, if nobody else used the key. The balance of now tells all
 * that was charged; that of the end may lack charges that came later, so by itself it proves no more than that so much
 * was charged. Where both are possible and differ, the rest is a late charge of the run or other use: nothing tells which.
 * Without one of the end, later use is in that of now, which then proves no more than that the run has cost no more.
 */
export function differenceOf({ start, end, now }: Balances, { settled, most }: CostRange): Difference {
  const isPossible = (cost: Amount): boolean => cost >= settled && (most === undefined || cost <= most);
  const atNow = start - now;
  if (end === undefined) {
    if (atNow !== settled) return open(atNow < settled ? 'balance-moved' : 'balance-doubt');
    return proved(atNow);
  }
  const atEnd = start - end;
  if (most !== undefined && atEnd > most) return open('balance-moved');
  // A balance that has risen since the end was topped up, and tells nothing of before.
  if (now <= end) {
    if (isPossible(atNow))
      return atEnd !== atNow && isPossible(atEnd) ? open('balance-doubt') : proved(atNow);
    if (atNow < settled) return open('balance-moved');
  }
  if (atEnd === most) return proved(atEnd);
  return open(isPossible(atEnd) ? 'balance-doubt' : 'balance-moved');
}

// Where nothing has moved it, nothing shows that calls do.
function proved(cost: Amount): Difference {
  return cost === 0n ? open('no-proof') : { kind: 'proved', cost };
}

function open(reason: OpenReason): Difference {
  return { kind: 'open', reason };
}
