import { perSecond } from '../../lanes/governor/reason.ts';
import type { LaneReport } from '../lanes/lanes.ts';
import { plain } from './terminal.ts';
import { table } from './words.ts';

/**
 * Lanes as a table, and below it the runs that wait for them.
 *
 * @param width - columns of the screen. @default no limit
 */
export function lanesText(lanes: readonly LaneReport[], width = Number.POSITIVE_INFINITY): string {
  const waiting = lanes.flatMap(({ name, runs }) => runs.map((run) => ({ name, ...run })));
  const rows = waiting.map(({ name, runId, priority, places, waiting: left }) => [
    name,
    plain(runId, 80),
    priority,
    String(places),
    String(left),
  ]);
  return [
    lanesTable(lanes, width),
    ...(rows.length === 0 ? [] : ['', table([['LANE', 'RUN', 'PRIORITY', 'PLACES', 'TO COME'], ...rows])]),
  ].join('\n');
}

// The reason is the longest: where there is no room beside the figures it stands below them.
function lanesTable(lanes: readonly LaneReport[], width: number): string {
  const wide = table([[...heads, 'WHY'], ...lanes.map((lane) => [...cellsOf(lane, 60), whyOf(lane)])]);
  if (wide.split('\n').every((line) => line.length <= width)) return wide;
  const [head = '', ...rows] = table([heads, ...lanes.map((lane) => cellsOf(lane, 16))]).split('\n');
  return [head, ...lanes.flatMap((lane, index) => [rows[index] ?? '', `  ${whyOf(lane)}`])].join('\n');
}

const heads = ['LANE', 'MODELS', 'WAITING', 'STARTED', 'RATE', 'SLOTS', 'WORKERS'];

function cellsOf(lane: LaneReport, modelWidth: number): readonly string[] {
  return [
    lane.name,
    plain(lane.models?.join(', ') ?? 'all others', modelWidth),
    waitingText(lane),
    `${lane.startedPerSecond}/s`,
    perSecond(lane.rate ?? undefined),
    String(lane.slots),
    String(lane.workers),
  ];
}

function whyOf({ why }: LaneReport): string {
  return plain(why, 200);
}

function waitingText({ waiting, waitingByPriority }: LaneReport): string {
  const urgent = waitingByPriority['1'] ?? 0;
  return urgent === 0 ? String(waiting) : `${waiting} (${urgent} urgent)`;
}
