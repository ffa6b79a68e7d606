import type { Plan } from '../../plan/plan.ts';
import { budgetAtEnd } from '../../pollen/budget-sums.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { FailedRecord } from '../../records/record.ts';
import type { Marker } from '../../records/run-store.ts';
import type { Tally } from '../../records/tally.ts';
import { readBudget } from '../../records/changes.ts';
import { readPeriod, type BudgetSight } from '../bill/budget-sight.ts';
import { readCorrectedCost, type CorrectedCost } from '../bill/corrected-cost.ts';

/** How a run ended, as people want to know it. */
export interface Ending {
  readonly run: RunLocation;
  readonly marker: Marker;
  /** Counts and money, with what came late and the corrections that were made since. */
  readonly tally: Tally;
  readonly corrected?: CorrectedCost;
  readonly plan: Plan | undefined;
  /** Absent where it had none. */
  readonly budget?: BudgetSight;
  /** The first few items that failed. */
  readonly failures: readonly FailedRecord[];
}

const FAILURES = 5;

/** Gathers what there is to say about a run that has ended. */
export async function readEnding(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  plan: Plan | undefined,
): Promise<Ending> {
  const [failures, corrected, budget, period] = await Promise.all([
    marker.tally.failed === 0 ? [] : readFailures(store, run),
    readCorrectedCost(store, run, marker),
    readBudget(store, run, plan?.budget),
    plan === undefined ? undefined : readPeriod(store, run, plan),
  ]);
  const tally = { ...marker.tally, ...corrected?.cost };
  return {
    run,
    marker,
    tally,
    plan,
    failures,
    ...(corrected === undefined ? {} : { corrected }),
    ...(budget === undefined ? {} : { budget: { ...budgetAtEnd(budget.amount, tally), ...period } }),
  };
}

async function readFailures(store: ObjectStore, run: RunLocation): Promise<readonly FailedRecord[]> {
  const errors = await store.get(runKeys(run).errors);
  if (errors === undefined) return [];
  return Buffer.from(errors.body)
    .toString('utf8')
    .split('\n', FAILURES)
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FailedRecord);
}
