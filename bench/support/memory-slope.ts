import { setTimeout as pause } from 'node:timers/promises';

import { memoryOf } from './processes.ts';

/** Items at the beginning in which caches fill. */
const SETTLED = 20_000;
const EVERY_MS = 1_000;

/** Watches how the memory of a process grows with the items of a run. */
export interface MemoryWatch {
  /** Megabytes that 10,000 items add, once the first 20,000 are done; `undefined` where there are fewer, or no `/proc`. */
  slope(): number | undefined;
  stop(): void;
}

/**
 * Starts to watch.
 *
 * @param done - tells how many items have ended
 */
export function watchMemory(pid: number, done: () => Promise<number>): MemoryWatch {
  const points: { readonly items: number; readonly mb: number }[] = [];
  const stopped = new AbortController();
  void (async () => {
    while (!stopped.signal.aborted) {
      const mb = memoryOf(pid);
      const items = await done().catch(() => 0);
      if (mb !== undefined && items >= SETTLED) points.push({ items, mb });
      await pause(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  return {
    slope: () => (points.length < 10 ? undefined : slopeOf(points) * 10_000),
    stop: () => stopped.abort(),
  };
}

/** Slope of the line that fits best. */
function slopeOf(points: readonly { readonly items: number; readonly mb: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [items, mb] = [mean((point) => point.items), mean((point) => point.mb)];
  return (
    mean((point) => (point.items - items) * (point.mb - mb)) / mean((point) => (point.items - items) ** 2)
  );
}
