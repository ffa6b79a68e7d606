import type { ListedRun, RunInTemporal } from './listed-run.ts';

/** The runs that started last, the youngest first; those of which the start is unknown come last. */
export function youngest(runs: readonly ListedRun[], limit: number): readonly ListedRun[] {
  return runs
    .toSorted(({ startedAt: left = '' }, { startedAt: right = '' }) => compare(right, left))
    .slice(0, limit);
}

/**
 * Whether a run, and all that ended before it, are too old for the youngest of a limit: it ended before each of those
 * that are found had started. Temporal tells runs by their ends, so most of them need not be read.
 *
 * @param found - the youngest of those before it, as {@link youngest} gives them
 */
export function endedTooEarly(
  { closeTime }: Pick<RunInTemporal, 'closeTime'>,
  found: readonly ListedRun[],
  limit: number,
): boolean {
  const oldest = found.length < limit ? undefined : found.at(-1)?.startedAt;
  return oldest !== undefined && closeTime !== undefined && closeTime.toISOString() < oldest;
}

// ISO 8601 in UTC: the order of the text is that of the times.
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
