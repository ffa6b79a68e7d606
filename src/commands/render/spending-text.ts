import { csvOf } from '../../report/export/csv.ts';
import type { Spending, SpendingGroup } from '../bill/spending.ts';
import { wrap } from './fit.ts';
import { plain } from './terminal.ts';
import { plural, table, utcClock } from './words.ts';

const NARROW = 100;
/** Runs that have not ended, by name. */
const NAMED = 5;

/**
 * What many runs came to.
 *
 * @param width - columns of the screen. @default no limit
 */
export function spendingText(spending: Spending, width = Number.POSITIVE_INFINITY): string {
  const { by, groups, total, unfinished, collected, unreadable } = spending;
  const isOpen = total.cost.unknown.count > 0;
  const limit = width < NARROW ? 26 : 100;
  const rows = [...groups, total].map(({ name, runs, cost }) => [
    plain(name, limit),
    String(runs),
    cost.settled,
    ...(isOpen ? [String(cost.unknown.count), cost.unknown.atMost ?? 'no bound'] : []),
  ]);
  return [
    ...headLines(spending).map((line) => wrap(line, width)),
    '',
    table([[by.toUpperCase(), 'RUNS', 'POLLEN', ...(isOpen ? ['UNKNOWN', 'AT MOST'] : [])], ...rows]),
    ...(unfinished.length === 0 ? [] : ['', wrap(unfinishedLine(unfinished), width)]),
    ...(collected === 0
      ? []
      : ['', wrap(`Of ${plural(collected, 'run')} the results were collected; the bills are left.`, width)]),
    ...(unreadable.length === 0 ? [] : ['', ...unreadable.map((one) => wrap(leftOutLine(one), width))]),
  ].join('\n');
}

function headLines({ by, emulated, since, total }: Spending): readonly string[] {
  const whose = emulated ? 'emulated runs: nothing here is a real cost' : 'real runs';
  const when =
    since === undefined
      ? ''
      : by === 'day'
        ? `, charges since ${since.slice(0, 10)}`
        : `, those that ended since ${utcClock(since)} as a whole`;
  return [
    `${plural(total.runs, 'run')} by ${by}${when} (UTC); ${whose}.`,
    ...(by === 'label'
      ? ['A run with several labels counts under each of them, and once in the total.']
      : []),
  ];
}

function unfinishedLine(unfinished: readonly string[]): string {
  const named = unfinished.slice(0, NAMED).join(', ');
  const more = unfinished.length > NAMED ? ` and ${unfinished.length - NAMED} more` : '';
  return `Not ended, so counted by the records that are there: ${named}${more}.`;
}

function leftOutLine({ runId, reason }: Spending['unreadable'][number]): string {
  return `Left out: ${runId}: ${plain(reason)}`;
}

/** The same for programs that read CSV; its last line is the total. */
export function spendingCsv({ by, groups, total }: Spending): string {
  return csvOf([
    [by, 'runs', 'pollen', 'unknown', 'unknown_at_most'],
    ...[...groups, total].map(({ name, runs, cost }: SpendingGroup) => [
      name,
      runs,
      cost.settled,
      cost.unknown.count,
      cost.unknown.atMost,
    ]),
  ]);
}
