import { setTimeout as pause } from 'node:timers/promises';

import { memoryOf, peakMemoryOf, watchOthers } from './processes.ts';

/** Items at the beginning in which caches fill. */
const SETTLED = 20_000;
const EVERY_MS = 1_000;
const SAY_EVERY_S = 10;

/** What is watched. */
export interface GrowthOptions {
  /** Processes by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** Tells how many items are done, without work for the processes that are watched. */
  readonly done: () => Promise<number>;
  /** Hears of it every ten seconds. */
  readonly say: (sentence: string) => void;
}

/** How the memory of processes grows with the items of a run; nothing is known where the system has no `/proc`. */
export interface Growth {
  /** Most memory that a process has held, in megabytes. */
  peakMb(name: string): number | undefined;
  /** Megabytes that 10,000 items add, once the first 20,000 are done; `undefined` where there are fewer. */
  slopeMb(name: string): number | undefined;
  /** Share of the machine that other programs took so far, 0 to 1. */
  others(): number | undefined;
  stop(): void;
}

interface Sample {
  readonly seconds: number;
  readonly items: number;
  readonly mb: Readonly<Record<string, number | undefined>>;
}

/** Starts to watch. */
export function watchGrowth({ pids, done, say }: GrowthOptions): Growth {
  const startedAt = performance.now();
  const samples: Sample[] = [];
  const others = watchOthers();
  const stopped = new AbortController();
  let told: Sample = { seconds: 0, items: 0, mb: {} };
  void (async () => {
    while (!stopped.signal.aborted) {
      const sample = {
        seconds: (performance.now() - startedAt) / 1_000,
        items: await done().catch(() => 0),
        mb: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, memoryOf(pid)])),
      };
      samples.push(sample);
      if (sample.seconds - told.seconds >= SAY_EVERY_S) {
        say(describe(told, sample));
        told = sample;
      }
      await pause(EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  })();
  return {
    peakMb: (name) => peakMemoryOf(pids[name] ?? 0),
    slopeMb(name) {
      const points = samples.flatMap(({ items, mb: { [name]: mb } }) =>
        items < SETTLED || mb === undefined ? [] : [{ items, mb }],
      );
      return points.length < 10 ? undefined : slopeOf(points) * 10_000;
    },
    others,
    stop: () => stopped.abort(),
  };
}

function describe(before: Sample, { seconds, items, mb }: Sample): string {
  const rate = (items - before.items) / (seconds - before.seconds);
  const memory = Object.entries(mb).map(([name, value]) => `${name} ${value?.toFixed(0) ?? '?'} MB`);
  return `${seconds.toFixed(0)} s: ${items} items, ${rate.toFixed(0)}/s; ${memory.join(', ')}`;
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
