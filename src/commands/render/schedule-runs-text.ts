import { formatAmount, parseAmount } from '../../pollen/amount.ts';
import type { ListedFailure } from '../schedule/list-failures.ts';
import type { PeriodCost } from '../schedule/period-costs.ts';
import type { RunlessTime } from '../schedule/runless-times.ts';
import { isUnderWay, type ScheduledRun } from '../schedule/scheduled-runs.ts';
import { plain } from './terminal.ts';
import { money, plural, table, zoned } from './words.ts';

const SHOWN_TIMES = 5;

const names = { day: 'Day', week: 'Week', month: 'Month' } as const;

/** The runs of a schedule as a table, by their planned times on its clocks. */
export function scheduledRunsText(runs: readonly ScheduledRun[], timezone: string): string {
  return table([
    ['PLANNED FOR', 'STATE', 'ITEMS', 'FAILED', 'POLLEN', 'RUN'],
    ...runs.map((run) => [
      zoned(run.plannedFor, timezone),
      run.state,
      run.items === undefined ? '' : String(run.items),
      run.failed === undefined ? '' : String(run.failed),
      costCell(run),
      run.runId,
    ]),
  ]);
}

// What may have been charged beside it is counted in the line of its period.
function costCell({ cost = '', unknown }: ScheduledRun): string {
  return unknown === undefined || unknown.count === 0 ? cost : `${cost} + ?`;
}

/** What a period has cost: "Month from 2026-11-01: 25 runs, 12.5 Pollen of 30, 17.5 left". */
export function periodText({ per, from, runs, underWay, settled, unknown, budget }: PeriodCost): string {
  const goOn = underWay === 0 ? '' : ` (${underWay} going on)`;
  const head = `${names[per]} from ${from}: ${plural(runs, 'run')}${goOn}, ${money({ settled, unknown })}`;
  if (budget === undefined) return head;
  if (unknown.atMost === null) return `${head} of ${budget}`;
  const left = parseAmount(budget) - parseAmount(settled) - parseAmount(unknown.atMost);
  return `${head} of ${budget}, ${formatAmount(left < 0n ? 0n : left)} left`;
}

/** Times without a run, by why they have none. */
export function runlessText(times: readonly RunlessTime[], timezone: string): readonly string[] {
  const because = {
    skipped: 'Skipped while the last run went on',
    unstarted: 'Without a run, missed or paused',
  } as const;
  return (['skipped', 'unstarted'] as const).flatMap((why) => {
    const its = times.filter((time) => time.why === why);
    if (its.length === 0) return [];
    const shown = its.slice(0, SHOWN_TIMES).map(({ time }) => zoned(time, timezone));
    const more = its.length > SHOWN_TIMES ? ` and ${its.length - SHOWN_TIMES} more` : '';
    return [`${because[why]}: ${shown.join(', ')}${more}.`];
  });
}

/**
 * What has gone wrong with schedules, by the clocks of each, with what to do about it.
 *
 * @param more - how many older ones are left out. @default none
 */
export function failuresText(failures: readonly ListedFailure[], since: Date, more = 0): string {
  if (failures.length === 0) return `Nothing has gone wrong since ${zoned(since.toISOString(), 'UTC')}.`;
  return [
    ...failures.map(
      ({ schedule, plannedFor, timezone, runId, state, reason, remedy }) =>
        `${zoned(plannedFor, timezone)}  ${runId ?? schedule}: ${state.replaceAll('_', ' ')}: ${plain(reason)}\n  ${remedy}`,
    ),
    ...(more === 0 ? [] : [`… and ${more} more before; --limit shows them.`]),
  ].join('\n');
}

/** Whether the list of a schedule's runs has one that a person should look at. */
export function hasFailures(runs: readonly ScheduledRun[]): boolean {
  return runs.some((run) => run.state === 'paused' || (run.state !== 'completed' && !isUnderWay(run)));
}
