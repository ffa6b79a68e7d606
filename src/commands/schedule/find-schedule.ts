import { ScheduleNotFoundError, type ScheduleDescription, type ScheduleHandle } from '@temporalio/client';

import { PollenBatchError } from '../../errors.ts';
import { readKeptJob, type KeptJob, type KeptJobLocation } from '../../records/kept-job.ts';
import type { Session } from '../session.ts';

/** A schedule of ours, with the job that it runs. */
export interface FoundSchedule {
  readonly name: string;
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
  readonly location: KeptJobLocation;
  readonly kept: KeptJob;
}

/**
 * Finds a schedule by the name of its job.
 *
 * @throws PollenBatchError `not-found` when there is none, or when it is not one of ours
 */
export async function findSchedule(session: Session, name: string): Promise<FoundSchedule> {
  const found = await lookUpSchedule(session, name);
  if (found !== undefined) return found;
  throw new PollenBatchError('not-found', `there is no schedule ${name}`, {
    remedy: 'List the schedules with `pollen-batch schedule list`, or make one with `schedule apply FILE`.',
  });
}

/** The same, or `undefined` when there is none of that name. */
export async function lookUpSchedule(session: Session, name: string): Promise<FoundSchedule | undefined> {
  const handle = session.temporal.client.schedule.getHandle(name);
  let description: ScheduleDescription;
  try {
    description = await handle.describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
  const location = keptJobOf(description);
  if (location === undefined) {
    throw new PollenBatchError('not-found', `the schedule ${name} was not made by pollen-batch`, {
      remedy: 'Give the job another name.',
    });
  }
  const kept = await readKeptJob(session.store, location);
  if (kept === undefined) {
    throw new PollenBatchError('store-unusable', `the job of schedule ${name} is not in the bucket`, {
      remedy: 'Use the bucket that it was applied with, or apply its file again.',
    });
  }
  return { name, handle, description, location, kept };
}

function keptJobOf({ action }: ScheduleDescription): KeptJobLocation | undefined {
  if (action.workflowType !== 'runJob') return undefined;
  const [input] = (action.args ?? []) as readonly { readonly scheduled?: KeptJobLocation }[];
  return input?.scheduled;
}
