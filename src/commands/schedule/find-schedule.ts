import {
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleHandle,
} from '@temporalio/client';

import { PollenBatchError } from '../../errors.ts';
import { readKeptJob, type KeptJob, type KeptJobLocation } from '../../records/kept-job.ts';
import type { Session } from '../session/session.ts';

/** A schedule of ours. */
export interface FoundSchedule {
  readonly name: string;
  readonly handle: ScheduleHandle;
  readonly description: ScheduleDescription;
  /** Where the job is kept that it runs. */
  readonly location: KeptJobLocation;
}

/** A schedule whose job is there to be looked at. */
export interface KeptSchedule extends FoundSchedule {
  readonly kept: KeptJob;
}

/**
 * Finds a schedule by the name of its job.
 *
 * @throws PollenBatchError `not-found` when there is none, or when it is not one of ours
 */
export async function findSchedule(client: Client, name: string): Promise<FoundSchedule> {
  const found = await lookUpSchedule(client, name);
  if (found !== undefined) return found;
  throw new PollenBatchError('not-found', `there is no schedule ${name}`, {
    remedy: 'List the schedules with `pollen-batch schedule list`, or make one with `schedule apply FILE`.',
  });
}

/** The same, or `undefined` when there is none of that name. */
export async function lookUpSchedule(client: Client, name: string): Promise<FoundSchedule | undefined> {
  const handle = client.schedule.getHandle(name);
  try {
    const description = await handle.describe();
    const location = keptJobOf(description);
    if (location !== undefined) return { name, handle, description, location };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
  throw new PollenBatchError('not-found', `the schedule ${name} was not made by pollen-batch`, {
    remedy: 'Give the job another name.',
  });
}

/** Finds all schedules of ours, by name. */
export async function findSchedules({ temporal: { client } }: Session): Promise<readonly FoundSchedule[]> {
  const names: string[] = [];
  for await (const { scheduleId, action } of client.schedule.list()) {
    if (action?.workflowType === 'runJob') names.push(scheduleId);
  }
  const schedules: FoundSchedule[] = [];
  for (const name of names.sort()) {
    // One that was removed meanwhile, or that somebody else made, is none of them.
    const found = await lookUpSchedule(client, name).catch(() => undefined);
    if (found !== undefined) schedules.push(found);
  }
  return schedules;
}

/**
 * Finds a schedule and reads its job.
 *
 * @throws PollenBatchError also `store-unusable` when the job is not in this bucket
 */
export async function findKeptSchedule({ temporal, store }: Session, name: string): Promise<KeptSchedule> {
  const found = await findSchedule(temporal.client, name);
  const kept = await readKeptJob(store, found.location);
  if (kept !== undefined) return { ...found, kept };
  throw new PollenBatchError(
    'store-unusable',
    `the job of schedule ${name} is not in bucket ${store.bucket}`,
    {
      remedy: 'Use the bucket that it was applied with, or apply its file again.',
    },
  );
}

/** Address of the job that a schedule of ours runs; `undefined` for one that somebody else made. */
export function keptJobOf({ action }: Pick<ScheduleDescription, 'action'>): KeptJobLocation | undefined {
  if (action.workflowType !== 'runJob') return undefined;
  const [input] = (action.args ?? []) as readonly ({ readonly scheduled?: KeptJobLocation } | undefined)[];
  return input?.scheduled;
}
