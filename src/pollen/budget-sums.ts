import { formatAmount, parseBalance } from './amount.ts';
import type { BudgetView } from './ledger.ts';

/** What has become of a run's budget, decimal Pollen: what is spent, unknown, held and left adds up to it. */
export interface BudgetSums {
  /** As it was set last. */
  readonly amount: string;
  /** Charges that are known; in a run that was resumed, what is unknown of pages that have not reported yet as well. */
  readonly spent: string;
  /** Held for charges that are unknown, at their bound; `null` where one has none. */
  readonly unknown: string | null;
  /** Held for calls that may be under way; `0` when the run has ended. */
  readonly held: string;
  /** Below zero where the budget was lowered below what was spent then; `null` where `unknown` is. */
  readonly left: string | null;
}

/** What unknown charges may come to. */
interface Unknown {
  readonly count: number;
  /** Decimal Pollen; `null` where nothing bounds it. */
  readonly atMost: string | null;
}

/** What has become of a budget whose run has ended. */
export function budgetAtEnd(
  amount: string,
  { settled, unknown }: { readonly settled: string; readonly unknown: Unknown },
): BudgetSums {
  return sumsOf(amount, settled, unknown, '0');
}

/**
 * What has become of the budget of a run that goes on.
 *
 * @param told - by the run, whose unknown charges count as spent
 * @param unknown - of the charges that it knew of then
 */
export function budgetUnderWay({ amount, spent, held }: BudgetView, unknown: Unknown): BudgetSums {
  const { atMost } = unknown;
  if (atMost === null) return sumsOf(amount, spent, unknown, held);
  const known = parseBalance(spent) - parseBalance(atMost);
  return sumsOf(amount, formatAmount(known > 0n ? known : 0n), unknown, held);
}

// Workflows ask for it as well, and a charge above its bound leaves less than nothing held: that must not fail them.
function sumsOf(amount: string, spent: string, { atMost }: Unknown, held: string): BudgetSums {
  const left =
    atMost === null
      ? null
      : [spent, atMost, held].reduce((rest, part) => rest - parseBalance(part), parseBalance(amount));
  return { amount, spent, unknown: atMost, held, left: left === null ? null : formatAmount(left) };
}
