import type { Budget, Job } from '../manifest/job.ts';
import { periodOf } from '../plan/period.ts';
import { retriedIdOf } from '../plan/run-id.ts';
import { formatAmount, parseAmount, type Amount } from '../pollen/amount.ts';
import { readChanges } from '../records/changes.ts';
import { readMarker, readPlan } from '../records/run-store.ts';
import { jobPrefix, type RunLocation } from '../storage/keys.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { spentOn } from './spent-before.ts';

/**
 * The budget of a scheduled run: its job's, or what its schedule has left for the period that its planned time is in, if
 * that is less. A run that finds nothing left stops at once.
 */
export async function budgetInPeriod(
  dependencies: ActivityDependencies,
  run: RunLocation,
  { budget, schedule, timezone = 'UTC' }: Job,
): Promise<Budget | undefined> {
  const time = plannedTimeOf(run.runId);
  if (schedule?.budget === undefined || time === undefined) return budget;
  const { amount, per } = schedule.budget;
  const period = periodOf(time, timezone, per);
  let left = parseAmount(amount);
  for (const runId of await dependencies.store.listFolders(jobPrefix(run))) {
    // A retry spends in the period of the run that it retries.
    const other = plannedTimeOf(retriedIdOf(runId));
    if (runId === run.runId || other === undefined || periodOf(other, timezone, per) !== period) continue;
    // What nothing bounds may have been all of it.
    left -= (await spentBy(dependencies, { ...run, runId }, other < time)) ?? left;
  }
  if (left < 0n) left = 0n;
  if (budget !== undefined && parseAmount(budget.amount) <= left) return budget;
  return { amount: formatAmount(left), onExceeded: 'stop' };
}

// One that goes on may spend all of its budget. What is unknown counts at its bound.
async function spentBy(
  dependencies: ActivityDependencies,
  run: RunLocation,
  isEarlier: boolean,
): Promise<Amount | undefined> {
  const { store } = dependencies;
  const marker = await readMarker(store, run);
  if (marker !== undefined) {
    const { settled, unknown } = marker.tally;
    return unknown.atMost === null ? undefined : parseAmount(settled) + parseAmount(unknown.atMost);
  }
  const plan = await readPlan(store, run);
  // What it may spend nobody knows yet. Of two that plan at once the later one waits, so that neither waits for ever.
  if (plan === undefined && isEarlier)
    throw new Error(`run ${run.runId} of the same period is not planned yet`);
  if (plan === undefined) return 0n;
  const budget = (await readChanges(store, run)).at(-1)?.budget ?? plan.budget;
  return budget === undefined ? (await spentOn(dependencies, run, plan)).sum : parseAmount(budget.amount);
}
