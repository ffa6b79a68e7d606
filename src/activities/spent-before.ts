import type { Plan } from '../plan/plan.ts';
import { formatAmount } from '../pollen/amount.ts';
import { readBudget } from '../records/changes.ts';
import { spentOn } from '../report/spent.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { PlanSummary } from '../workflows/inputs.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * The budget of a run as it was set last, and, where an execution that is gone has worked on it, what that has spent: a
 * fold over records and over what attempts without a record may have cost.
 */
export async function budgetOf(
  dependencies: ActivityDependencies,
  run: RunLocation,
  plan: Plan,
  resumed: boolean,
): Promise<Pick<PlanSummary, 'budget' | 'spent'>> {
  const budget = await readBudget(dependencies.store, run, plan.budget);
  if (budget === undefined) return {};
  if (!resumed) return { budget };
  const { sum, before } = await spentOn(dependencies, run, plan);
  // What nothing bounds may have been all of it.
  return { budget, spent: { spent: sum === undefined ? budget.amount : formatAmount(sum), before } };
}
