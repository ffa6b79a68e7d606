import { setTimeout as pause } from 'node:timers/promises';

import { runIdOfWorkflow } from '../../workflows/ids.ts';
import type { Session } from '../session.ts';
import { findSchedule } from './find-schedule.ts';

/** Starts nothing at the schedule's times until it is resumed; a run that goes on is left alone. */
export async function pauseSchedule(session: Session, name: string, reason?: string): Promise<void> {
  const { handle } = await findSchedule(session, name);
  await handle.pause(reason ?? 'paused by `pollen-batch schedule pause`');
}

/** Lets a paused schedule go on; times that passed meanwhile are not made up for. */
export async function resumeSchedule(session: Session, name: string, reason?: string): Promise<void> {
  const { handle } = await findSchedule(session, name);
  await handle.unpause(reason ?? 'resumed by `pollen-batch schedule resume`');
}

/** Removes a schedule. Its runs go on, and stay. */
export async function deleteSchedule(session: Session, name: string): Promise<void> {
  const { handle } = await findSchedule(session, name);
  await handle.delete();
}

const LOOK_MS = 100;
const PATIENCE_MS = 5_000;

/**
 * Starts a run now, as if it were time.
 *
 * @returns the id of the run; `undefined` when none started, as the last one goes on and the schedule's overlap says so
 */
export async function triggerSchedule(session: Session, name: string): Promise<string | undefined> {
  const { handle, description } = await findSchedule(session, name);
  const before = description.info;
  // Without it the run would start beside the last one, and count for nothing in what the schedule does next.
  await handle.trigger(description.policies.overlap);
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await pause(LOOK_MS)) {
    const { info } = await handle.describe();
    if (info.numActionsTaken > before.numActionsTaken) {
      const started = info.recentActions.at(-1)?.action.workflow.workflowId;
      return started === undefined ? undefined : runIdOfWorkflow(started);
    }
    if (info.numActionsSkippedOverlap > before.numActionsSkippedOverlap) return undefined;
  }
  return undefined;
}
