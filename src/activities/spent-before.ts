import type { Plan } from '../plan/plan.ts';
import { formatAmount, parseAmount, type Amount } from '../pollen/amount.ts';
import { readChanges } from '../records/changes.ts';
import { tallyLine } from '../report/result-line.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { PlanSummary } from '../workflows/messages.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readPageLines } from '../report/page-records.ts';

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
  return { budget: last, spent: { spent: formatAmount(sum), before } };
}

/** What a run has spent so far, in all and by page; what is unknown counts at its bound. */
export async function spentOn(
  dependencies: ActivityDependencies,
  run: RunLocation,
  { pages }: Pick<Plan, 'pages'>,
): Promise<{ readonly sum: Amount; readonly before: Readonly<Record<string, string>> }> {
  const before: Record<string, string> = {};
  let sum = 0n;
  for (const { page } of pages) {
    const spent = await spentIn(dependencies, run, page);
    if (spent > 0n) before[page] = formatAmount(spent);
    sum += spent;
  }
  return { sum, before };
}

async function spentIn(dependencies: ActivityDependencies, run: RunLocation, page: number): Promise<Amount> {
  const lines = await readPageLines(dependencies, run, page);
  return lines
    .map(tallyLine)
    .reduce(
      (sum, { settled, unknown }) => sum + parseAmount(settled) + parseAmount(unknown.atMost ?? '0'),
      0n,
    );
}
