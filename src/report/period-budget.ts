import type { Budget, Job } from '../manifest/job.ts';
import { periodOf } from '../plan/period.ts';
import { retriedIdOf } from '../plan/run-id.ts';
import { formatAmount, parseAmount, type Amount } from '../pollen/amount.ts';
import { readBudget } from '../records/changes.ts';
import { readMarker, readPlan } from '../records/run-store.ts';
import { jobPrefix, type RunLocation } from '../storage/keys.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import type { PageSource } from './page-records.ts';
import { spentOn } from './spent.ts';

/** Says that a run of the same period has no plan yet, so that nobody knows what it may spend. */
export class UnplannedRunError extends Error {}

/**
 * The budget of a scheduled run, or of a retry of one: its job's, or what its schedule has left for the period that its
 * planned time is in, if that is less. A run that finds nothing left stops at once.
 *
 * @throws UnplannedRunError where a run that comes before it is claimed and not planned yet
 */
export async function budgetInPeriod(
  source: PageSource,
  run: RunLocation,
  { budget, schedule, timezone = 'UTC' }: Job,
): Promise<Budget | undefined> {
  const time = plannedTimeOf(retriedIdOf(run.runId));
  if (schedule?.budget === undefined || time === undefined) return budget;
  const { amount, per } = schedule.budget;
  const period = periodOf(time, timezone, per);
  const isRetry = run.runId !== retriedIdOf(run.runId);
  let left = parseAmount(amount);
  for (const runId of await source.store.listFolders(jobPrefix(run))) {
    // A retry spends in the period of the run that it retries.
    const other = plannedTimeOf(retriedIdOf(runId));
    if (runId === run.runId || other === undefined || periodOf(other, timezone, per) !== period) continue;
    // What nothing bounds may have been all of it.
    left -= (await spentBy(source, { ...run, runId }, isRetry || other < time)) ?? left;
  }
  if (left < 0n) left = 0n;
  if (budget !== undefined && parseAmount(budget.amount) <= left) return budget;
  return { amount: formatAmount(left), onExceeded: 'stop' };
}

// One that goes on may spend all of its budget. What is unknown counts at its bound.
async function spentBy(
  source: PageSource,
  run: RunLocation,
  isEarlier: boolean,
): Promise<Amount | undefined> {
  const { store } = source;
  const marker = await readMarker(store, run);
  if (marker !== undefined) {
    const { settled, unknown } = marker.tally;
    return unknown.atMost === null ? undefined : parseAmount(settled) + parseAmount(unknown.atMost);
  }
  const plan = await readPlan(store, run);
  // What it may spend nobody knows yet. Of two that plan at once the later one waits, so that neither waits for ever.
  if (plan === undefined && isEarlier) {
    throw new UnplannedRunError(`run ${run.runId} of the same period is claimed and not planned yet`);
  }
  if (plan === undefined) return 0n;
  const budget = await readBudget(store, run, plan.budget);
  return budget === undefined ? (await spentOn(source, run, plan)).sum : parseAmount(budget.amount);
}
