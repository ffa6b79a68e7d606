import { formatAmount, parseAmount, parseBalance } from '../../pollen/amount.ts';
import type { BudgetSums } from '../../pollen/budget-sums.ts';
import type { Tally } from '../../records/tally.ts';
import type { BudgetSight } from '../bill/budget-sight.ts';
import { budgetParts, money } from './words.ts';

/** What has become of a run's budget, on one line. */
export function budgetText({ period, ...sums }: BudgetSight): string {
  const of = period === undefined ? '' : `, left of ${period.amount} a ${period.per}`;
  return `Budget: ${sums.amount} Pollen${of}; ${budgetParts(sums).join(', ')}`;
}

/**
 * What a run that goes on has cost, and what has become of its budget.
 *
 * @param tally - of now
 * @param budget - as the run knows it; absent where it has none
 */
export function costParts(tally: Tally, budget: BudgetSums | undefined): readonly string[] {
  if (budget === undefined) return [money(tally)];
  const now = budgetNow(budget, tally);
  return [`${now.spent} of ${now.amount} Pollen`, ...budgetParts(now).slice(1)];
}

// By what its pages have spent by now: the run hears of it later, and counts it as held till then.
function budgetNow(budget: BudgetSums, { settled, unknown }: Tally): BudgetSums {
  if (budget.unknown === null || unknown.atMost === null) return budget;
  const [spent, open] = [parseAmount(settled), parseAmount(unknown.atMost)];
  const held =
    [budget.spent, budget.unknown, budget.held].reduce((sum, part) => sum + parseBalance(part), 0n) -
    spent -
    open;
  if (held < 0n) return budget;
  return { ...budget, spent: settled, unknown: unknown.atMost, held: formatAmount(held) };
}
