import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

import { PollenBatchError } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { keepResume } from '../../records/changes.ts';
import { readJobFile, readMarker, readPlan } from '../../records/run-store.ts';
import { missingItems } from '../../records/tally.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { plannedTimeOf } from '../../workflows/ids.ts';
import { findRun } from '../runs/find-run.ts';
import type { Session } from '../session/session.ts';
import { isOpen, restartRun } from './start-run.ts';

/** A run whose workflow was started again. */
export interface Rebuilt {
  readonly run: RunLocation;
  readonly plan: Plan;
}

/**
 * Starts the workflow of a run again from the bucket alone, as after Temporal has lost its data: what has a record is not
 * called again. What was in flight may have been sent, so its first charge stays unknown where no cache settles it.
 *
 * @param reason - for people, kept with the run
 * @throws PollenBatchError `not-found` when the bucket has no such run, `usage` when it has ended, goes on or was never
 * planned
 */
export async function rebuild(session: Session, runId: string, reason?: string): Promise<Rebuilt> {
  const { store } = session;
  const run = await findRun(session, runId);
  const [marker, plan] = await Promise.all([readMarker(store, run), readPlan(store, run)]);
  if (marker !== undefined) {
    const left = marker.tally.failed + missingItems(marker.tally);
    throw new PollenBatchError('usage', `run ${runId} has ended: ${marker.state.replaceAll('_', ' ')}`, {
      remedy:
        left === 0
          ? `Copy its results with \`pollen-batch results ${runId}\`.`
          : `Call what it has not got again with \`pollen-batch retry ${runId}\`.`,
    });
  }
  if (await isOpen(session, run)) throw goesOn(runId);
  if (plan === undefined) throw await unplanned(session, run);
  await keepResume(store, run, reason);
  try {
    await restartRun(session, run, plan);
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw goesOn(runId);
    throw error;
  }
  return { run, plan };
}

function goesOn(runId: string): PollenBatchError {
  return new PollenBatchError('usage', `run ${runId} goes on: Temporal has not lost it`, {
    remedy: `Look at it with \`pollen-batch watch ${runId}\`.`,
  });
}

async function unplanned({ store }: Session, run: RunLocation): Promise<PollenBatchError> {
  const { job, runId } = run;
  const time = plannedTimeOf(runId);
  const parent = (await readJobFile(store, run))?.parent?.runId;
  return new PollenBatchError('usage', `run ${runId} was never planned, so the bucket alone cannot make it`, {
    remedy:
      parent !== undefined
        ? `Give \`pollen-batch retry ${parent}\` again.`
        : time === undefined
          ? 'Submit its job again: it goes on with the same run.'
          : `Make it by \`pollen-batch schedule backfill ${job} --from ${time} --to ${time}\`.`,
  });
}
