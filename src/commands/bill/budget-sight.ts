import type { Schedule } from '../../manifest/schedule.ts';
import type { Plan } from '../../plan/plan.ts';
import { retriedIdOf } from '../../plan/run-id.ts';
import type { BudgetSums } from '../../pollen/budget-sums.ts';
import { readJobFile } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { plannedTimeOf } from '../../workflows/ids.ts';

/** What has become of a run's budget, as people see it. */
export interface BudgetSight extends BudgetSums {
  /** The budget of its schedule, where the run's own is what that had left for the period. */
  readonly period?: NonNullable<Schedule['budget']>;
}

/** Reads the budget of a schedule where a run's own is what it had left; nothing where it is the run's own, or job.json is damaged. */
export async function readPeriod(
  store: ObjectStore,
  run: RunLocation,
  { budget }: Pick<Plan, 'budget'>,
): Promise<Pick<BudgetSight, 'period'>> {
  if (budget === undefined || plannedTimeOf(retriedIdOf(run.runId)) === undefined) return {};
  const job = (await unlessDamaged(() => readJobFile(store, run)))?.job;
  const period = job?.schedule?.budget;
  return period === undefined || job?.budget?.amount === budget.amount ? {} : { period };
}
