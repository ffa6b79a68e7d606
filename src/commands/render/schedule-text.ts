import type { AppliedSchedule } from '../schedule/apply-schedule.ts';
import type { Backfilled } from '../schedule/backfill-schedule.ts';
import type { Triggered } from '../schedule/change-schedule.ts';
import type { ScheduleChange } from '../schedule/changes.ts';
import type { ListedSchedule, ScheduleDetails } from '../schedule/describe-schedule.ts';
import { hasFailures, periodText, runlessText, scheduledRunsText } from './schedule-runs-text.ts';
import { plain } from './terminal.ts';
import { plural, table, zoned } from './words.ts';

const SHOWN_ITEMS = 10;
const SHOWN_TIMES = 3;

/** What became of an applied schedule, change by change. */
export function appliedText(applied: AppliedSchedule): string {
  const { schedule, status, dryRun, changes, estimate, paused, next, timezone } = applied;
  const settings = changes.filter((change) => change.kind === 'setting');
  const items = changes.filter((change) => change.kind === 'item');
  const unbounded =
    estimate.unbounded > 0 ? ` and ${plural(estimate.unbounded, 'call')} without a known bound` : '';
  return [
    `${schedule}: ${status === 'unchanged' || !dryRun ? status : `would be ${status}`}`,
    ...settings.flatMap((change) => settingText(change, status)),
    ...items.slice(0, SHOWN_ITEMS).map(({ change, id }) => `  ${signs[change]} ${id}`),
    ...(items.length > SHOWN_ITEMS ? [`  … and ${plural(items.length - SHOWN_ITEMS, 'item')} more`] : []),
    `A run costs at most ${estimate.atMost} Pollen${unbounded}.`,
    ...(next.length > 0 ? [`Next: ${next.map((time) => zoned(time, timezone)).join(', ')}`] : []),
    ...(paused ? [`It is paused: \`pollen-batch schedule resume ${schedule}\` lets it go on.`] : []),
  ].join('\n');
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

function settingText(
  { name, from, to }: Extract<ScheduleChange, { kind: 'setting' }>,
  status: AppliedSchedule['status'],
): readonly string[] {
  if (status === 'created') return to === '' ? [] : [`  ${name}: ${plain(to)}`];
  return [`  ${name}: ${plain(from) || '(none)'} -> ${plain(to) || '(none)'}`];
}

/** Schedules as a table. */
export function schedulesText(schedules: readonly ListedSchedule[]): string {
  if (schedules.length === 0) return 'No schedules yet. Make one with `pollen-batch schedule apply FILE`.';
  return table([
    ['SCHEDULE', 'STATE', 'TIMES', 'ZONE', 'NEXT', 'LAST RUN'],
    ...schedules.map(({ schedule, state, times, timezone, next, last }) => [
      schedule,
      state,
      plain(times, 40),
      timezone,
      next === undefined ? '' : zoned(next, timezone),
      last === undefined ? '' : zoned(last, timezone),
    ]),
  ]);
}

/** A schedule as `schedule get` shows it. */
export function scheduleText(details: ScheduleDetails): string {
  const { schedule, state, note, description, items, settings, started, skipped, missed } = details;
  const { runs, periods, timezone, runless = [] } = details;
  const upcoming = details.upcoming.slice(0, SHOWN_TIMES).map((time) => zoned(time, timezone));
  return [
    `${schedule}: ${state}${note === undefined || state === 'active' ? '' : ` (${plain(note)})`}, ${plural(items, 'item')}`,
    ...(description === undefined ? [] : [plain(description)]),
    '',
    table(
      Object.entries(settings)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [name, plain(value)]),
    ),
    '',
    `Next: ${upcoming.length === 0 || state === 'paused' ? 'none' : upcoming.join(', ')}`,
    `${plural(started, 'run')} started, ${plural(skipped, 'time')} skipped while the last run went on, ${plural(missed, 'time')} missed.`,
    ...runlessText(runless, timezone),
    ...(runs.length === 0 ? [] : ['', scheduledRunsText(runs, timezone)]),
    ...(periods.length === 0 ? [] : ['', ...periods.map(periodText)]),
    ...(hasFailures(runs) || missed > 0
      ? ['', `What has gone wrong, and what to do: pollen-batch schedule list-failures ${schedule}`]
      : []),
  ].join('\n');
}

/** What became of a trigger: the run's id, or why there is none. */
export function triggeredText(name: string, triggered: Triggered): string {
  switch (triggered.kind) {
    case 'started':
      return triggered.runId;
    case 'skipped':
      return `${name}: no run was started, as the last one goes on and the schedule's overlap says so.`;
    case 'waiting':
      return `${name}: the run starts once the last one has ended.`;
  }
}

/** What a backfill asked for. */
export function backfilledText({ schedule, missing, runs, present, skipsMeanwhile }: Backfilled): string {
  const there = present > 0 ? ` ${plural(present, 'time')} of the span had a run already.` : '';
  if (missing === 0) return `${schedule}: nothing to do.${there}`;
  const [first = '', last = ''] = [runs[0], runs.at(-1)];
  const ids =
    runs.length === 0
      ? ', but for those that are there already'
      : `, ${first === last ? first : `${first} to ${last}`}`;
  return [
    `${schedule}: ${plural(missing, 'run')}, one after the other${ids}.${there}`,
    ...(skipsMeanwhile && missing > 1
      ? ['Times that come before the last of them has ended start no run: overlap is SKIP.']
      : []),
  ].join('\n');
}
