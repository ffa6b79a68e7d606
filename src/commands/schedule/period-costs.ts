import { periodOf } from '../../plan/period.ts';
import type { Schedule } from '../../manifest/schedule.ts';
import type { ItemCost } from '../../records/record.ts';
import { sumCosts } from '../../records/tally.ts';
import { isUnderWay, type ScheduledRun } from './scheduled-runs.ts';

/** What the runs of a period have cost together. */
export interface PeriodCost {
  readonly per: 'day' | 'week' | 'month';
  /** Its first day in the schedule's zone. */
  readonly from: string;
  /** Runs with their retries. */
  readonly runs: number;
  /** Of these, runs that go on: what they cost is as last told. */
  readonly underWay: number;
  /** Decimal Pollen. */
  readonly settled: string;
  readonly unknown: ItemCost['unknown'];
  /** Most that they may cost together, as the schedule says now; absent where it has no such budget. */
  readonly budget?: string;
}

const free: ItemCost['unknown'] = { count: 0, atMost: '0' };

/** The period of a schedule's budget that a time is in; months where it has none. */
export function budgetPeriod(time: string, timezone: string, budget: Schedule['budget']): string {
  return periodOf(time, timezone, budget?.per ?? 'month');
}

/** Adds up what runs have cost, by the periods of their planned times, the youngest first. */
export function periodCosts(
  runs: readonly ScheduledRun[],
  timezone: string,
  budget: Schedule['budget'],
): readonly PeriodCost[] {
  const periods = new Map<string, ScheduledRun[]>();
  for (const run of runs) {
    const from = budgetPeriod(run.plannedFor, timezone, budget);
    periods.set(from, [...(periods.get(from) ?? []), run]);
  }
  return [...periods]
    .sort(([left], [right]) => right.localeCompare(left))
    .map(([from, its]) => ({
      per: budget?.per ?? 'month',
      from,
      runs: its.length,
      underWay: its.filter(isUnderWay).length,
      ...sumCosts(its.map(({ cost = '0', unknown = free }) => ({ settled: cost, unknown }))),
      ...(budget === undefined ? {} : { budget: budget.amount }),
    }));
}
