import { perSecond } from '../../lanes/governor/reason.ts';
import type { LaneReport } from '../lanes.ts';
import { plain } from './terminal.ts';
import { table } from './words.ts';

/** Lanes as a table, and below it the runs that wait for them. */
export function lanesText(lanes: readonly LaneReport[]): string {
  const waiting = lanes.flatMap(({ name, runs }) => runs.map((run) => ({ name, ...run })));
  const rows = waiting.map(({ name, runId, priority, places, waiting: left }) => [
    name,
    plain(runId, 80),
    priority,
    String(places),
    String(left),
  ]);
  return [
    lanesTable(lanes),
    ...(rows.length === 0 ? [] : ['', table([['LANE', 'RUN', 'PRIORITY', 'PLACES', 'TO COME'], ...rows])]),
  ].join('\n');
}

function lanesTable(lanes: readonly LaneReport[]): string {
  return table([
    ['LANE', 'MODELS', 'WAITING', 'STARTED', 'RATE', 'SLOTS', 'WORKERS', 'WHY'],
    ...lanes.map((lane) => [
      lane.name,
      plain(lane.models?.join(', ') ?? 'all others', 60),
      waitingText(lane),
      `${lane.startedPerSecond}/s`,
      perSecond(lane.rate ?? undefined),
      String(lane.slots),
      String(lane.workers),
      plain(lane.why, 200),
    ]),
  ]);
}

function waitingText({ waiting, waitingByPriority }: LaneReport): string {
  const parts = Object.entries(waitingByPriority);
  if (parts.length < 2) return String(waiting);
  return `${waiting} (${parts.map(([priority, count]) => `priority ${priority}: ${count}`).join(', ')})`;
}
