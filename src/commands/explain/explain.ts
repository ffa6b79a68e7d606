import { PollenBatchError } from '../../errors.ts';
import { readMarker, readPlan } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Explained } from './explained.ts';
import { checkWhole } from '../gc/gone.ts';
import { findItem } from './find-item.ts';
import { foldItem } from './fold-item.ts';
import { readItemLeft } from './item-left.ts';
import type { PendingCall } from './under-way.ts';
import type { Sight } from '../runs/follow.ts';
import { askTemporal, type Reading } from '../session/reading.ts';

/**
 * Explains an item of a run: what it sends, every attempt, what it waits for, what it has cost, and why it failed. Needs no
 * Temporal for a run that has ended.
 *
 * @param name - id of the item, or its number
 * @throws PollenBatchError `not-found` naming ids that are near, `usage` when the run has not been planned
 */
export async function explain(
  reading: Pick<Reading, 'temporal'> & { readonly store: ObjectStore },
  run: RunLocation,
  name: string,
): Promise<Explained> {
  const { store } = reading;
  const [plan, marker] = await Promise.all([readPlan(store, run), readMarker(store, run)]);
  if (plan === undefined) {
    throw new PollenBatchError('usage', `run ${run.runId} has not been planned yet, so it has no items`, {
      remedy: `Look at it with \`pollen-batch get ${run.runId}\`.`,
    });
  }
  if (marker !== undefined) checkWhole(run, marker);
  const { item, page, position } = await findItem(store, run, plan, name);
  const { sight, pending }: Look =
    marker === undefined
      ? await look(reading, run, page, position)
      : { sight: { kind: 'ended', marker }, pending: [] };
  // After the look: what has ended meanwhile has its record.
  const left = await readItemLeft(store, run, page, item);
  return foldItem({ run, plan, item, page, sight, left, pending, now: Date.now() });
}

interface Look {
  readonly sight: Sight;
  /** What Temporal has of the item's calls, of a run that goes on. */
  readonly pending: readonly PendingCall[];
}

async function look(
  reading: Parameters<typeof explain>[0],
  run: RunLocation,
  page: number,
  position: number,
): Promise<Look> {
  const connected = await reading.temporal();
  if (connected instanceof PollenBatchError)
    return { sight: { kind: 'silent', reason: connected.message }, pending: [] };
  // Temporal's client is loaded by now, which takes a while.
  const [{ lookAt }, { lookAtCalls }] = await Promise.all([
    import('../runs/follow.ts'),
    import('./look-at-calls.ts'),
  ]);
  const sight = await lookAt({ store: reading.store, temporal: connected }, run);
  if (sight.kind !== 'running') return { sight, pending: [] };
  const pending = await askTemporal(reading, ({ client }) => lookAtCalls(client, run, page, position));
  if (pending instanceof PollenBatchError)
    return { sight: { kind: 'silent', reason: pending.message }, pending: [] };
  return { sight, pending: pending ?? [] };
}
