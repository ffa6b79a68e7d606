import type { PlanSummary } from './inputs.ts';

/**
 * What a run may have under way, of what its lanes would take. A page needs a place in each lane of its calls, so a job that
 * allows itself fewer than it has lanes is held to that in each lane alone.
 *
 * @param most - calls in flight and at hand that each lane would take of it
 * @param asked - what the job allows itself in all; `undefined`: as much as that
 */
export function boundBy(
  most: Readonly<Record<string, number>>,
  asked: number | undefined,
): Pick<PlanSummary, 'concurrency' | 'limit'> {
  const lanes = Object.entries(most);
  return {
    concurrency: Object.fromEntries(lanes.map(([lane, calls]) => [lane, Math.min(calls, asked ?? calls)])),
    ...(asked === undefined || lanes.length < 2 || asked < lanes.length ? {} : { limit: asked }),
  };
}

/**
 * Shares what a run has too much of in a lane out to its pages, the youngest first: how many places each of them is to give
 * up.
 *
 * @param over - places above what it may have
 * @param held - by its pages, the oldest first
 * @param keeps - what each of them has to keep
 */
export function shedBy(
  over: number,
  held: readonly number[],
  keeps: (page: number) => number,
): readonly number[] {
  let left = Math.max(0, over);
  return held
    .map((places, page) => ({ places, page }))
    .reverse()
    .map(({ places, page }) => {
      const shed = Math.max(0, Math.min(left, places - keeps(page)));
      left -= shed;
      return shed;
    })
    .reverse();
}

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
