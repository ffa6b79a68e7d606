import type { Amount } from '../pollen/amount.ts';
import type { OpenReason } from './settlement.ts';

/** What a key could still spend. */
export interface Balances {
  /** Before the run's first call. */
  readonly start: Amount;
  /** After its last one has ended; what it was charged may come a little later. */
  readonly end?: Amount;
  /** When all that was charged is told. */
  readonly now?: Amount;
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
 */
export function differenceOf({ start, end, now }: Balances, { settled, most }: CostRange): Difference {
  const isPossible = (cost: Amount | undefined): boolean =>
    cost !== undefined && cost >= settled && (most === undefined || cost <= most);
  const atEnd = end === undefined ? undefined : start - end;
  // A balance that has risen since the end was topped up, and tells nothing of before.
  const isRisen = now !== undefined && end !== undefined && now > end;
  const atNow = now === undefined || isRisen ? undefined : start - now;
  if (atEnd !== undefined && most !== undefined && atEnd > most) return open('balance-moved');
  if (atNow !== undefined && isPossible(atNow)) {
    if (atEnd !== atNow && isPossible(atEnd)) return open('balance-doubt');
    // What does not move may be another key's.
    return atNow === 0n ? open('no-proof') : { kind: 'proved', cost: atNow };
  }
  if (atNow !== undefined && atNow < settled) return open('balance-moved');
  if (atEnd !== undefined && atEnd === most) return { kind: 'proved', cost: atEnd };
  return open(isPossible(atEnd) ? 'balance-doubt' : 'balance-moved');
}

function open(reason: OpenReason): Difference {
  return { kind: 'open', reason };
}
