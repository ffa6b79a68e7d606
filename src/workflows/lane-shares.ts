import type { PlanSummary } from './inputs.ts';

/**
 * Calls that a run may have under way in a lane. What the job allows itself in all is shared evenly by the lanes that have
 * something to do: a slow one must not hold up the others, nor wait until they are done.
 *
 * @param active - the lanes that have something to do, in a fixed order
 */
export function shareOut(
  { concurrency, limit }: Pick<PlanSummary, 'concurrency' | 'limit'>,
  active: readonly string[],
  lane: string,
): number {
  const most = concurrency[lane] ?? 0;
  const place = active.indexOf(lane);
  if (limit === undefined || place < 0) return most;
  return Math.min(most, Math.ceil((limit - place) / active.length));
}
