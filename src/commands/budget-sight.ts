import type { Schedule } from '../manifest/schedule.ts';
import type { Plan } from '../plan/plan.ts';
import { retriedIdOf } from '../plan/run-id.ts';
import { formatAmount, parseAmount } from '../pollen/amount.ts';
import type { BudgetView } from '../pollen/ledger.ts';
import type { ItemCost } from '../records/record.ts';
import { readJobFile } from '../records/run-store.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { plannedTimeOf } from '../workflows/ids.ts';

/** What has become of a run's budget, decimal Pollen: what is spent, unknown, held and left adds up to it. */
export interface BudgetSight {
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
  /** The budget of its schedule, where the run's own is what that had left for the period. */
  readonly period?: NonNullable<Schedule['budget']>;
}

/** What has become of a budget whose run has ended. */
export function budgetAtEnd(amount: string, { settled, unknown }: ItemCost): BudgetSight {
  const { atMost } = unknown;
  const left = atMost === null ? null : parseAmount(amount) - parseAmount(settled) - parseAmount(atMost);
  return {
    amount,
    spent: settled,
    unknown: atMost,
    held: '0',
    left: left === null ? null : formatAmount(left),
  };
}

/**
 * What has become of the budget of a run that goes on.
 *
 * @param told - by the run, whose unknown charges count as spent
 * @param unknown - of the charges that it knew of then
 */
export function budgetUnderWay(told: BudgetView, { atMost }: ItemCost['unknown']): BudgetSight {
  const { amount, held } = told;
  if (atMost === null) return { amount, spent: told.spent, unknown: null, held, left: null };
  const difference = parseAmount(told.spent) - parseAmount(atMost);
  const known = difference > 0n ? difference : 0n;
  const left = parseAmount(amount) - known - parseAmount(atMost) - parseAmount(held);
  return { amount, spent: formatAmount(known), unknown: atMost, held, left: formatAmount(left) };
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
