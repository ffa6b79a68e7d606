import type { Problem } from '../../manifest/problem.ts';

/** Rows that are named for one slip. */
const TOLD = 5;
/** Rows that one slip is counted in; whoever has made it learns no more from further ones. */
const COUNTED = 1_000;

/** Keeps one slip from being told for every row. */
export interface ProblemLimiter {
  /**
   * Takes a problem of a slip.
   *
   * @param isOnce - whether it says all there is to say of the slip
   * @returns it, where it is to be told
   */
  take(slip: string, problem: Problem, isOnce?: boolean): Problem | undefined;
  /** Whether some slip is in so many rows that looking further is of no use. */
  isFull(): boolean;
  /** What was counted and not told. */
  finish(): readonly Problem[];
}

/** A limiter that has seen nothing. */
export function createProblemLimiter(): ProblemLimiter {
  const slips = new Map<string, { last: Problem; count: number; told: number }>();
  let isFull = false;
  return {
    take(slip, problem, isOnce = false) {
      const count = (slips.get(slip)?.count ?? 0) + 1;
      const told = isOnce ? 1 : TOLD;
      slips.set(slip, { last: problem, count, told: isOnce ? Infinity : told });
      // One that is told once hides others behind it, and nothing would say so.
      if (!isOnce && count >= COUNTED) isFull = true;
      return count <= told ? problem : undefined;
    },
    isFull: () => isFull,
    finish: () =>
      [...slips.values()]
        .filter(({ count, told }) => count > told)
        .map(({ last, count }) => {
          const more = `${count >= COUNTED ? 'at least ' : ''}${count - TOLD}`;
          return { ...last, message: `and ${more} more of the same, the last one: ${last.message}` };
        }),
  };
}
