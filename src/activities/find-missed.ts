import { log } from '@temporalio/activity';

import type { MissedTimes } from '../notices/notice.ts';
import { readMissed, keepMissed } from '../records/missed.ts';
import { jobPrefix, type RunLocation } from '../storage/keys.ts';
import { plannedTimeOf } from '../workflows/ids.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Times told, the youngest. */
const TOLD = 50;

/**
 * Finds times of a run's schedule that were missed since it was looked at last: the first run after them tells. Where nobody
 * has looked before, nothing is known of since when they count.
 *
 * @returns `undefined` where there are none, or none can be told
 */
export async function findMissed(
  { store, askSchedule, now }: Pick<ActivityDependencies, 'store' | 'askSchedule' | 'now'>,
  run: RunLocation,
): Promise<MissedTimes | undefined> {
  const planned = plannedTimeOf(run.runId);
  if (planned === undefined) return undefined;
  try {
    const { createdAt, missed, between } = await askSchedule(run.job);
    const known = await readMissed(store, run, createdAt);
    const before = known.filter((count) => count < missed).at(-1);
    const isFirst = await keepMissed(store, run, createdAt, missed, now().toISOString());
    if (!isFirst || before === undefined) return undefined;
    const count = missed - before;
    const since = await lastRunBefore(planned);
    if (since === undefined) return { count };
    const times = (await between(since, planned)).filter((time) => isWithin(time, since, planned));
    // Those that `overlap` has skipped have no run either: nobody tells which is which.
    return { count, ...(times.length === count ? { times: times.slice(-TOLD) } : {}) };
  } catch (error) {
    // To tell of other runs is no reason to fail this one.
    log.warn(`nothing is known of missed times of schedule ${run.job}`, { error: String(error) });
    return undefined;
  }

  async function lastRunBefore(moment: string): Promise<string | undefined> {
    const runs = await store.listFolders(jobPrefix(run));
    const times = runs.flatMap((runId) => plannedTimeOf(runId) ?? []).filter((time) => time < moment);
    return times.sort().at(-1);
  }
}

function isWithin(time: string, from: string, to: string): boolean {
  return Date.parse(time) > Date.parse(from) && Date.parse(time) < Date.parse(to);
}
