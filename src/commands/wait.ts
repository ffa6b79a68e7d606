import { PollenBatchError } from '../errors.ts';
import type { Marker } from '../records/run-store.ts';
import { readMarker } from '../records/run-store.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { Pause } from '../workflows/pauses.ts';
import type { Reading } from './reading.ts';

/** How waiting for a run ended. */
export type Waited = { readonly runId: string } & (
  | { readonly kind: 'ended'; readonly marker: Marker }
  /** Its workflow is over and has left no marker, or Temporal does not know it. */
  | { readonly kind: 'broken'; readonly status: string; readonly reason?: string }
  /** It is paused, and that was not to be waited out. */
  | { readonly kind: 'paused'; readonly paused: readonly Pause[] }
  /** The time was over. */
  | { readonly kind: 'late' }
  /** The person left. */
  | { readonly kind: 'left' }
);

export interface WaitOptions {
  /** Whether a paused run is waited for until somebody lets it go on. */
  readonly waitPaused: boolean;
  /** Aborted when the time is over. */
  readonly timeout: AbortSignal;
  /** Aborted when the person leaves. */
  readonly signal: AbortSignal;
  /** Pause between two looks. @default 1 s */
  readonly everyMs?: number;
}

/**
 * Waits until a run is over. What is away once it has begun is waited for as well.
 *
 * @throws PollenBatchError `temporal-unreachable` where the run has not ended and Temporal is away at the start
 */
export async function waitFor(
  { store, temporal }: Pick<Reading, 'store' | 'temporal'>,
  run: RunLocation,
  { waitPaused, timeout, signal, everyMs = 1_000 }: WaitOptions,
): Promise<Waited> {
  const { runId } = run;
  const marker = await readMarker(store, run);
  if (marker !== undefined) return { runId, kind: 'ended', marker };
  const connected = await temporal();
  if (connected instanceof PollenBatchError) throw connected;
  const { follow } = await import('./follow.ts');
  const over = AbortSignal.any([timeout, signal]);
  for await (const sight of follow({ store, temporal: connected }, run, everyMs, over)) {
    if (sight.kind === 'ended' || sight.kind === 'broken') return { runId, ...sight };
    if (waitPaused || sight.kind !== 'running' || sight.view.state !== 'paused') continue;
    return { runId, kind: 'paused', paused: sight.view.paused ?? [] };
  }
  return { runId, kind: signal.aborted ? 'left' : 'late' };
}

/** The state of a run that was waited for, for programs and people. */
export function waitedState(waited: Waited): string {
  switch (waited.kind) {
    case 'ended':
      return waited.marker.state;
    case 'broken':
      return waited.status === 'NOT_STARTED' ? 'lost' : waited.status.toLowerCase();
    case 'paused':
      return 'paused';
    case 'late':
    case 'left':
      return 'running';
  }
}
