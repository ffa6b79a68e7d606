import type { Plan } from '../plan/plan.ts';
import { formatAmount } from '../pollen/amount.ts';
import { readChanges } from '../records/changes.ts';
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
  const { budget } = plan;
  if (budget === undefined) return {};
  const last = (await readChanges(dependencies.store, run)).at(-1)?.budget ?? budget;
  if (!resumed) return { budget: last };
  const { sum, before } = await spentOn(dependencies, run, plan);
  // What nothing bounds may have been all of it.
  return { budget: last, spent: { spent: sum === undefined ? last.amount : formatAmount(sum), before } };
}
