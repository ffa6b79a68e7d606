import { setTimeout as wait } from 'node:timers/promises';

import { randomAt, randomStreams } from './random.ts';

/** How long a generation takes: always the same, or log-normal around a median. Milliseconds. */
export type Latency =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number };

/** The latency of request number `sequence` in milliseconds, fixed by seed and number (Box-Muller transform). */
export function latencyOf(latency: Latency, seed: number, sequence: number): number {
  if (latency.kind === 'fixed') return latency.ms;
  const radius = Math.sqrt(-2 * Math.log(1 - randomAt(seed, randomStreams.latency, sequence)));
  const angle = 2 * Math.PI * randomAt(seed, randomStreams.latencyAngle, sequence);
  return latency.medianMs * Math.exp(latency.sigma * radius * Math.cos(angle));
}

/** Waits; rejects when the emulator closes in the meantime. */
export async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  // Even a timer of 0 ms costs a turn of the event loop.
  if (ms > 0) await wait(ms, undefined, { signal: stopped });
}
