import type { Amount } from '../pollen/amount.ts';
import { differenceOf, type Balances, type CostRange } from './balance-difference.ts';
import { matchUsage } from './match-usage.ts';
import type { Settlement } from './settlement.ts';
import { shareDifference } from './share-difference.ts';
import type { BilledCall, KnownCall, UnknownCall } from './usage-graph.ts';

/** What tells charges: the account's billed calls, or how far a balance has moved. */
export type Source = 'usage' | 'balance';

/** What is known of a run, and what its account tells. */
export interface Evidence {
  /** All that is settled of the run. */
  readonly settled: Amount;
  readonly known: readonly KnownCall[];
  readonly unknown: readonly UnknownCall[];
  /** Absent where the key may not read them. */
  readonly rows?: readonly BilledCall[];
  /** Absent where the run has kept none. */
  readonly balances?: Balances;
}

/** A settlement, and what has told it. */
export interface Told {
  readonly settlement: Settlement;
  readonly by: Source;
}

/**
 * Settles unknown charges by billed calls first, which tell call from call, then by the difference of the balances what is
 * left. Where the two tell different sums, neither settles anything.
 *
 * @returns what is told of each unknown call, in their order
 */
export function settleUnknown({ settled, known, unknown, rows, balances }: Evidence): readonly Told[] {
  const byRows: readonly Settlement[] =
    rows === undefined ? unknown.map(() => ({ open: 'no-proof' })) : matchUsage({ known, unknown, rows });
  const told = byRows.map((settlement): Told => ({ settlement, by: 'usage' }));
  if (balances === undefined) return told;

  const left = unknown.filter((_, call) => isOpen(byRows[call]));
  const range = rangeOf(
    byRows.reduce((sum, one) => sum + ('open' in one ? 0n : one.amount), settled),
    left,
  );
  const whole = differenceOf(balances, rangeOf(settled, unknown));
  if (whole.kind === 'proved' && !isIn(range, whole.cost)) {
    return unknown.map(() => ({ settlement: { open: 'disagree' }, by: 'balance' }));
  }
  const difference = differenceOf(balances, range);
  const byBalance: readonly Settlement[] =
    difference.kind === 'proved'
      ? shareDifference(left, difference.cost - range.settled)
      : left.map(() => ({ open: difference.reason }));
  // Rows say more of why a call is not told than a balance that tells nothing.
  if (rows !== undefined && difference.kind === 'open') return told;
  let next = 0;
  return told.map((one) => {
    const settlement = isOpen(one.settlement) ? byBalance[next++] : undefined;
    return settlement === undefined ? one : { settlement, by: 'balance' };
  });
}

function rangeOf(settled: Amount, unknown: readonly UnknownCall[]): CostRange {
  const most = unknown.reduce<Amount | undefined>(
    (sum, { atMost }) => (sum === undefined || atMost === undefined ? undefined : sum + atMost),
    settled,
  );
  return { settled, most };
}

function isIn({ settled, most }: CostRange, cost: Amount): boolean {
  return cost >= settled && (most === undefined || cost <= most);
}

function isOpen(settlement: Settlement | undefined): boolean {
  return settlement === undefined || 'open' in settlement;
}
