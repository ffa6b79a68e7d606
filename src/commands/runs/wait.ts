import { PollenBatchError } from '../../errors.ts';
import { readMarker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { Running, Sight } from './follow.ts';
import type { Reading } from '../session/reading.ts';

/** How waiting for a run ended. */
export type Waited = { readonly runId: string } & (
  | Extract<Sight, { readonly kind: 'ended' | 'broken' }>
  /** It is paused, and that was not to be waited out. */
  | { readonly kind: 'paused'; readonly sight: Running }
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
    return { runId, kind: 'paused', sight };
  }
  return { runId, kind: signal.aborted ? 'left' : 'late' };
}
