import { missedKey, missedPrefix, type JobLocation, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/**
 * Reads what was known before of the missed times of a schedule, by their count.
 *
 * @param createdAt - when the schedule was made, ISO 8601: another one of the same name counts anew
 */
export async function readMissed(
  store: ObjectStore,
  job: JobLocation,
  createdAt: string,
): Promise<readonly number[]> {
  const counts: number[] = [];
  for await (const { key } of store.list(missedPrefix(job, createdAt))) {
    const count = /-(\d+)\.json$/.exec(key)?.[1];
    if (count !== undefined) counts.push(Number(count));
  }
  return counts.sort((left, right) => left - right);
}

/**
 * Keeps how many times of a schedule were missed, and which run has found that out.
 *
 * @returns whether this run is the first to do so
 */
export async function keepMissed(
  store: ObjectStore,
  run: RunLocation,
  createdAt: string,
  count: number,
  at: string,
): Promise<boolean> {
  const own = { version: 1, runId: run.runId, at, count };
  const result = await store.putOnce(missedKey(run, createdAt, count), `${JSON.stringify(own)}\n`, {
    contentType: 'application/json',
  });
  if (result.stored) return true;
  // An attempt of this run before, of which nothing came back.
  const { runId } = JSON.parse(Buffer.from(result.existing.body).toString('utf8')) as {
    readonly runId?: string;
  };
  return runId === run.runId;
}
