import type { Job } from '../manifest/job.ts';
import { sha256 } from '../plan/digest.ts';
import type { PlannedApi } from '../plan/plan.ts';
import { keptJobKey, type JobLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** `schedule/<digest>.json`: a job as its schedule runs it, so that no run needs its author's disk. */
export interface KeptJob {
  readonly version: 1;
  /** First part of the id of each of its runs, before the planned time. */
  readonly runId: string;
  readonly api: PlannedApi;
  readonly allowUnpriced: boolean;
  readonly job: Job;
}

/** Where a schedule's job is kept. */
export interface KeptJobLocation extends JobLocation {
  /** Names the version of the job: first 16 of the sha256 of what is kept. */
  readonly digest: string;
}

/** Keeps a job for its schedule; the same job is kept once. */
export async function keepJob(
  store: ObjectStore,
  location: JobLocation,
  job: KeptJob,
): Promise<KeptJobLocation> {
  const content = `${JSON.stringify(job)}\n`;
  const kept = { ...location, digest: sha256(content).slice(0, 16) };
  await store.putOnce(keptJobKey(kept, kept.digest), content, { contentType: 'application/json' });
  return kept;
}

/** Reads a kept job; `undefined` when it is gone from the bucket. */
export async function readKeptJob(
  store: ObjectStore,
  { digest, ...location }: KeptJobLocation,
): Promise<KeptJob | undefined> {
  const object = await store.get(keptJobKey(location, digest));
  return object === undefined
    ? undefined
    : (JSON.parse(Buffer.from(object.body).toString('utf8')) as KeptJob);
}
