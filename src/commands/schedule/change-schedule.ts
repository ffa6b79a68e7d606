import { setTimeout as pause } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import { runIdOfWorkflow } from '../../workflows/ids.ts';
import { findSchedule } from './find-schedule.ts';

// These need Temporal alone: a schedule must be paused just when the API or the store is away.

/** Starts nothing at the schedule's times until it is resumed; a run that goes on is left alone. */
export async function pauseSchedule(client: Client, name: string, reason?: string): Promise<void> {
  const { handle } = await findSchedule(client, name);
  await handle.pause(reason ?? 'paused by `pollen-batch schedule pause`');
}

/** Lets a paused schedule go on; times that passed meanwhile are not made up for. */
export async function resumeSchedule(client: Client, name: string, reason?: string): Promise<void> {
  const { handle } = await findSchedule(client, name);
  await handle.unpause(reason ?? 'resumed by `pollen-batch schedule resume`');
}

/** Removes a schedule. Its runs go on, and stay. */
export async function deleteSchedule(client: Client, name: string): Promise<void> {
  const { handle } = await findSchedule(client, name);
  await handle.delete();
}

/** What became of a trigger. */
export type Triggered =
  | { readonly kind: 'started'; readonly runId: string }
  /** The last run goes on, and the schedule's overlap says to start none. */
  | { readonly kind: 'skipped' }
  /** The last run goes on, and this one starts after it. */
  | { readonly kind: 'waiting' };

const LOOK_MS = 100;
const PATIENCE_MS = 5_000;

/** Starts a run now, as if it were time: what happens beside a run that goes on is as the schedule says. */
export async function triggerSchedule(client: Client, name: string): Promise<Triggered> {
  const { handle, description } = await findSchedule(client, name);
  const before = description.info;
  // Without it the run would start beside the last one, and count for nothing in what the schedule does next.
  await handle.trigger(description.policies.overlap);
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await pause(LOOK_MS)) {
    const { info } = await handle.describe();
    const started = info.numActionsTaken - before.numActionsTaken;
    const [first] = started > 0 ? info.recentActions.slice(-started) : [];
    if (first !== undefined) {
      return { kind: 'started', runId: runIdOfWorkflow(first.action.workflow.workflowId) };
    }
    if (info.numActionsSkippedOverlap > before.numActionsSkippedOverlap) return { kind: 'skipped' };
  }
  return { kind: 'waiting' };
}
