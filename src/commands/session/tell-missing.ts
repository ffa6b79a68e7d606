import { setTimeout as pause } from 'node:timers/promises';

import { PollenBatchError } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { readMarker, readPlan } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import type { Reading } from './reading.ts';
import { missingText } from '../render/missing-text.ts';
import type { Terminal } from '../render/terminal.ts';

type Talk = Pick<Terminal, 'warn'>;
type Lanes = Pick<Plan, 'pages' | 'lanes'>;

const AGAIN_MS = 30_000;

/** Says what a run needs of Temporal and its workers that is not there. */
export async function tellMissing(
  { temporal }: { readonly temporal: TemporalClient },
  plan: Plan | undefined,
  terminal: Talk,
): Promise<void> {
  await tellNew(temporal, plan, terminal, new Set());
}

/**
 * Says the same to somebody who waits for runs, at once and as it comes to be, until the signal. Of runs that have ended
 * it says nothing, and asks no Temporal for them.
 */
export async function keepTellingMissing(
  { store, temporal }: { readonly store: ObjectStore; readonly temporal: Reading['temporal'] },
  runs: readonly RunLocation[],
  terminal: Talk,
  signal: AbortSignal,
): Promise<void> {
  let known: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    // What is away is not what is missing: others say that.
    try {
      const open = await notEnded(store, runs);
      if (open.length === 0 || signal.aborted) return;
      const [connected, lanes] = await Promise.all([temporal(), lanesOf(store, open)]);
      if (connected instanceof PollenBatchError) return;
      known = await tellNew(connected, lanes, terminal, known, signal);
    } catch {}
    await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

async function notEnded(store: ObjectStore, runs: readonly RunLocation[]): Promise<readonly RunLocation[]> {
  const markers = await Promise.all(runs.map((run) => readMarker(store, run)));
  return runs.filter((_, index) => markers[index] === undefined);
}

async function lanesOf(store: ObjectStore, runs: readonly RunLocation[]): Promise<Lanes> {
  const plans = await Promise.all(runs.map((run) => readPlan(store, run)));
  return {
    pages: plans.flatMap((plan) => plan?.pages ?? []),
    lanes: plans.flatMap((plan) => plan?.lanes ?? []),
  };
}

async function tellNew(
  temporal: TemporalClient,
  lanes: Lanes | undefined,
  { warn }: Talk,
  known: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  // Temporal's client takes a second to load, which those who wait for what has ended need not wait for.
  const { findMissingParts } = await import('./missing-parts.ts');
  const parts = await findMissingParts(temporal, lanes).catch(() => undefined);
  if (parts === undefined || signal?.aborted === true) return known;
  const texts = parts.map(missingText);
  for (const text of texts) if (!known.has(text)) warn(text);
  return new Set(texts);
}
