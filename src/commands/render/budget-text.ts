import type { BudgetSight } from '../budget-sight.ts';

/** What has become of a run's budget, on one line. */
export function budgetText({ amount, period, spent, unknown, held, left }: BudgetSight): string {
  const of = period === undefined ? '' : `, left of ${period.amount} a ${period.per}`;
  const parts = [
    `${spent} spent`,
    unknown === null ? 'what is unknown has no bound' : `${unknown} held for what is unknown`,
    ...(held === '0' ? [] : [`${held} held for calls`]),
    ...(left === null ? [] : [`${left} left`]),
  ];
  return `Budget: ${amount} Pollen${of}; ${parts.join(', ')}`;
}
