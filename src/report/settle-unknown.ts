import type { Amount } from '../pollen/amount.ts';
import { differenceOf, type Balances } from './balance-difference.ts';
import { matchUsage } from './match-usage.ts';
import type { OpenReason, Settlement } from './settlement.ts';
import { shareDifference } from './share-difference.ts';
import type { BilledCall, KnownCall, UnknownCall } from './usage-graph.ts';

/** What tells charges: the account's billed calls, or how far a balance has moved. */
export type Source = 'usage' | 'balance';

/** What the account tells of a run: billed calls, or only where the key may not read them, what is left of its own budget. */
export type Evidence =
  | { readonly source: 'usage'; readonly rows: readonly BilledCall[] }
  | { readonly source: 'balance'; readonly balances: Balances }
  /** The balance is no evidence. */
  | { readonly source: 'balance'; readonly open: OpenReason };

/** The calls of a run whose charges are known, and those that are not. */
export interface Calls {
  /** All that is settled of the run. */
  readonly settled: Amount;
  readonly known: readonly KnownCall[];
  readonly unknown: readonly UnknownCall[];
}

/**
 * Settles unknown charges by what the account tells, as far as that leaves no doubt.
 *
 * @returns what is told of each unknown call, in their order
 */
export function settleUnknown({ settled, known, unknown }: Calls, evidence: Evidence): readonly Settlement[] {
  if (evidence.source === 'usage') return matchUsage({ known, unknown, rows: evidence.rows });
  if ('open' in evidence) return unknown.map(() => ({ open: evidence.open }));
  const most = unknown.reduce<Amount | undefined>(
    (sum, { atMost }) => (sum === undefined || atMost === undefined ? undefined : sum + atMost),
    settled,
  );
  const difference = differenceOf(evidence.balances, { settled, most });
  return difference.kind === 'proved'
    ? shareDifference(unknown, difference.cost - settled)
    : unknown.map(() => ({ open: difference.reason }));
}
