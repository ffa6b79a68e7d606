import type { FailFast } from '../manifest/job.ts';
import type { Ended } from '../records/counts.ts';

/** How often, in a window of items that fail just often enough, a page tells its run. */
const REPORTS = 4;

/** After how many failed items more a page tells its run at once: a window then holds about four reports. */
export function denseFailures({ rate, window }: FailFast): number {
  return Math.max(1, Math.ceil((rate * window) / REPORTS));
}

/** Says when too many of the items that ended last have failed. */
export interface FailFastWatch {
  /**
   * Takes in what has ended on a page since it was begun. What is older than what was told before changes nothing.
   *
   * @returns whether too many have failed
   */
  note(page: number, sum: Ended): boolean;
  /** Takes in that a page begins, perhaps anew: it counts from nothing. */
  open(page: number): void;
  /** What ended last, oldest first, for an execution that goes on. */
  state(): readonly Ended[];
}

/**
 * Watches what ends. Pages tell of several items at once, so what ended last is known in blocks: the latest that hold a whole
 * window between them.
 *
 * @param carried - what ended last before this execution
 */
export function createFailFastWatch(
  { rate, window }: FailFast,
  carried: readonly Ended[] = [],
): FailFastWatch {
  const told = new Map<number, Ended>();
  let blocks: readonly Ended[] = carried;
  return {
    open: (page) => void told.delete(page),
    note(page, sum) {
      const known = told.get(page) ?? nothing;
      const block = { ended: sum.ended - known.ended, failed: sum.failed - known.failed };
      if (block.ended <= 0) return false;
      told.set(page, sum);
      blocks = latest([...blocks, block], window);
      const { ended, failed } = blocks.reduce(add, nothing);
      return ended >= window && failed / ended >= rate;
    },
    state: () => blocks,
  };
}

const nothing: Ended = { ended: 0, failed: 0 };

function add(left: Ended, right: Ended): Ended {
  return { ended: left.ended + right.ended, failed: left.failed + right.failed };
}

// The oldest goes as soon as the others fill the window.
function latest(blocks: readonly Ended[], window: number): readonly Ended[] {
  let kept = blocks;
  for (;;) {
    const rest = kept.slice(1);
    if (rest.reduce(add, nothing).ended < window) return kept;
    kept = rest;
  }
}
