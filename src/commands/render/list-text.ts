import { labelEntries } from '../../plan/labels.ts';
import type { ListedRun } from '../runs/list.ts';
import { plain } from './terminal.ts';
import { duration, table, utcClock } from './words.ts';

/**
 * Runs as a table.
 *
 * @param narrowing - the options that leave runs out
 */
export function listText(
  runs: readonly ListedRun[],
  isWide: boolean,
  narrowing: readonly string[] = [],
  now = Date.now(),
): string {
  if (runs.length === 0) {
    return narrowing.length === 0
      ? 'No runs. Submit a job with `pollen-batch submit FILE`.'
      : `No run is like that. Look again without ${narrowing.join(' or ')}.`;
  }
  const hasRetries = runs.some(({ parent }) => parent !== undefined);
  return table([
    [
      'RUN',
      'STATE',
      'ITEMS',
      'POLLEN',
      'STARTED',
      'API',
      ...(isWide ? ['TOOK', 'MODELS', 'LABELS'] : []),
      ...(hasRetries ? ['RETRY OF'] : []),
    ],
    ...runs.map((run) => [
      run.runId,
      run.collected === undefined ? run.state : `${run.state}, collected`,
      run.items === undefined ? '' : String(run.items),
      run.cost ?? '',
      run.startedAt === undefined ? '' : utcClock(run.startedAt),
      run.emulated ? 'emulated' : 'real',
      ...(isWide
        ? [took(run, now), plain(run.models.join(',')), plain(labelEntries(run.labels).join(','))]
        : []),
      ...(hasRetries ? [run.parent ?? ''] : []),
    ]),
  ]);
}

/** Ids alone, one a line, as completion and other programs read them. */
export function namesText(runs: readonly ListedRun[]): string {
  return runs.map(({ runId }) => runId).join('\n');
}

function took({ startedAt, endedAt, state }: ListedRun, now: number): string {
  if (startedAt === undefined) return '';
  if (endedAt === undefined && (state === 'lost' || state === 'unknown')) return '';
  const end = endedAt === undefined ? now : Date.parse(endedAt);
  return duration(Math.max(0, end - Date.parse(startedAt)) / 1_000);
}
