import type { BudgetSums } from '../../pollen/budget-sums.ts';
import { settledItems, type Tally } from '../../records/tally.ts';
import { costParts } from './budget-text.ts';
import { duration } from './words.ts';

/** What a line of progress is made of. */
export interface Progress {
  readonly items: number;
  readonly tally: Tally;
  /** Absent where the run has none. */
  readonly budget?: BudgetSums | undefined;
  readonly inFlight: number;
  /** Items a second, lately; `undefined` before there is a rate. */
  readonly rate: number | undefined;
}

/** How far a run is, as a line for pipes and logs: counts, money, time left. */
export function progressWords(progress: Progress): string {
  return [`${settledItems(progress.tally)}/${progress.items}`, ...progressParts(progress)].join(' · ');
}

function progressParts({ items, tally, budget, inFlight, rate }: Progress): readonly string[] {
  const left = items - settledItems(tally);
  return [
    ...(tally.failed > 0 ? [`${tally.failed} failed`] : []),
    costParts(tally, budget).join(', '),
    ...(rate !== undefined && rate > 0 && left > 0
      ? [`${duration(left / rate)} left`, `${rate.toFixed(1)}/s`]
      : []),
    ...(inFlight > 0 ? [`${inFlight} under way`] : []),
    ...(tally.throttled > 0 ? [`${tally.throttled} throttled`] : []),
  ];
}
