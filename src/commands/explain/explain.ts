import { PollenBatchError } from '../../errors.ts';
import { readMarker, readPlan } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { Explained } from './explained.ts';
import { findItem } from './find-item.ts';
import { foldItem } from './fold-item.ts';
import { readItemLeft } from './item-left.ts';
import { lookAtCalls } from './look-at-calls.ts';
import { lookAt, type Sight } from '../runs/follow.ts';
import type { Session } from '../session/session.ts';

/**
 * Explains an item of a run: what it sends, every attempt, what it waits for, what it has cost, and why it failed. Needs no
 * Temporal for a run that has ended.
 *
 * @param name - id of the item, or its number
 * @throws PollenBatchError `not-found` naming ids that are near, `usage` when the run has not been planned
 */
export async function explain(session: Session, run: RunLocation, name: string): Promise<Explained> {
  const { store } = session;
  const [plan, marker] = await Promise.all([readPlan(store, run), readMarker(store, run)]);
  if (plan === undefined) {
    throw new PollenBatchError('usage', `run ${run.runId} has not been planned yet, so it has no items`, {
      remedy: `Look at it with \`pollen-batch get ${run.runId}\`.`,
    });
  }
  const { item, page, position } = await findItem(store, run, plan, name);
  const sight: Sight = marker === undefined ? await lookAt(session, run) : { kind: 'ended', marker };
  const pending =
    sight.kind === 'running' ? await lookAtCalls(session.temporal.client, run, page, position) : [];
  // After the look: what has ended meanwhile has its record.
  const left = await readItemLeft(store, run, page, item);
  return foldItem({ run, plan, item, page, sight, left, pending: pending ?? [], now: Date.now() });
}
