import type { BudgetView } from '../../pollen/ledger.ts';
import { settledItems, type Tally } from '../../records/tally.ts';
import { duration, money } from './words.ts';

/** What a progress line is drawn from. */
export interface Progress {
  readonly items: number;
  readonly tally: Tally;
  /** Absent where the run has none. */
  readonly budget?: BudgetView | undefined;
  readonly inFlight: number;
  /** Items a second, lately; `undefined` before there is a rate. */
  readonly rate: number | undefined;
}

const BAR = 24;
const NARROW = 100;

/** One line: bar, counts, rate, money, time left; the least important parts give way on narrow screens. */
export function progressLine(progress: Progress, width: number): string {
  const done = settledItems(progress.tally);
  const share = progress.items === 0 ? 1 : done / progress.items;
  const size = width < NARROW ? BAR / 2 : BAR;
  const filled = Math.floor(share * size);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(size - filled)}`;
  const parts = [`${bar} ${done}/${progress.items}`, ...progressParts(progress)];
  while (parts.length > 1 && parts.join(' · ').length >= width) parts.pop();
  return parts.join(' · ').slice(0, Math.max(0, width - 1));
}

/** The same as words alone, for pipes and logs. */
export function progressWords(progress: Progress): string {
  return [`${settledItems(progress.tally)}/${progress.items}`, ...progressParts(progress)].join(' · ');
}

function progressParts({ items, tally, budget, inFlight, rate }: Progress): readonly string[] {
  const left = items - settledItems(tally);
  return [
    ...(tally.failed > 0 ? [`${tally.failed} failed`] : []),
    budget === undefined
      ? money(tally)
      : `${money(tally)} of ${budget.amount}${budget.held === '0' ? '' : `, ${budget.held} held`}`,
    ...(rate !== undefined && rate > 0 && left > 0
      ? [`${duration(left / rate)} left`, `${rate.toFixed(1)}/s`]
      : []),
    ...(inFlight > 0 ? [`${inFlight} in flight`] : []),
    ...(tally.throttled > 0 ? [`${tally.throttled} throttled`] : []),
  ];
}
