import type { GcPlan, GoingRun, StayingRun } from '../gc/gc.ts';
import { wrap } from './fit.ts';
import { plural, table, utc, utcClock } from './words.ts';

/** Runs that are named of each kind. */
const NAMED = 20;

/**
 * What gc would delete, or has deleted.
 *
 * @param isDone - whether it has been done
 * @param width - columns of the screen. @default no limit
 */
export function gcText(plan: GcPlan, isDone: boolean, width = Number.POSITIVE_INFINITY): string {
  const { before, keepsBills, runs, objects, bytes, stay } = plan;
  const what = keepsBills ? 'their bills and reports stay' : 'nothing of them stays, not even their bills';
  const size = `${plural(objects, 'object')} (${sizeText(bytes)})`;
  const head =
    runs.length === 0
      ? `No run that ended before ${utc(before)} has anything to delete.`
      : isDone
        ? `Deleted ${size} of ${plural(runs.length, 'run')}; ${what}.`
        : `Would delete ${size} of ${plural(runs.length, 'run')} that ended before ${utc(before)}; ${what}.`;
  return [
    wrap(head, width),
    ...(runs.length === 0 ? [] : ['', runTable(runs)]),
    ...(stay.length === 0 ? [] : ['', 'These stay:', ...stayLines(stay, width)]),
    ...(isDone || runs.length === 0
      ? []
      : ['', wrap('Nothing was deleted. Give the same command with --yes to delete.', width)]),
  ].join('\n');
}

function runTable(runs: readonly GoingRun[]): string {
  const left = runs.length - NAMED;
  return [
    table([
      ['RUN', 'ENDED (UTC)', 'OBJECTS', 'SIZE'],
      ...runs
        .slice(0, NAMED)
        .map(({ runId, endedAt, objects, bytes }) => [
          runId,
          utcClock(endedAt),
          String(objects),
          sizeText(bytes),
        ]),
    ]),
    ...(left > 0 ? [`… and ${plural(left, 'more run')}; -o json names all`] : []),
  ].join('\n');
}

function stayLines(stay: readonly StayingRun[], width: number): readonly string[] {
  const left = stay.length - NAMED;
  return [
    ...stay.slice(0, NAMED).map(({ runId, because }) => wrap(`  ${runId}: ${reasonWords(because)}`, width)),
    ...(left > 0 ? [`  … and ${plural(left, 'more run')}; -o json names all`] : []),
  ];
}

function reasonWords(because: StayingRun['because']): string {
  switch (because.kind) {
    case 'needed':
      return `${because.by} needs its results`;
    case 'unplanned':
      return `${because.by} has no plan yet, and may need its results: wait, or delete that run`;
    case 'taken-over':
      return 'the next run of its job takes over what it has, and would else pay again';
    case 'open':
      return 'its workflow may still have notices to hand over';
    case 'damaged':
      return 'it, or another run of its job, is damaged: look at it with `pollen-batch verify`';
    case 'left':
      return because.reason;
  }
}

/** Bytes for people: "512 bytes", "1.5 MB". */
function sizeText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let rest = bytes / 1_000;
  if (rest < 1) return plural(bytes, 'byte');
  let unit = units.shift() ?? '';
  while (rest >= 1_000 && units.length > 0) {
    rest /= 1_000;
    unit = units.shift() ?? unit;
  }
  return `${rest.toFixed(1)} ${unit}`;
}
