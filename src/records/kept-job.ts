import type { Job } from '../manifest/job.ts';
import { sha256 } from '../plan/digest.ts';
import type { JobInput } from '../plan/job-inputs.ts';
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
  /** Items that it had when it was applied. */
  readonly items: number;
  /** Files of its author's that it reads, as they were then: below the schedule's `inputs/`. */
  readonly inputs?: readonly JobInput[];
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
  const content = contentOf(job);
  const kept = { ...location, digest: digestOf(content) };
  await store.putOnce(keptJobKey(location, kept.digest), content, { contentType: 'application/json' });
  return kept;
}

/** Whether a job is the one that is kept somewhere, to the last character. */
export function isKept(job: KeptJob, location: KeptJobLocation): boolean {
  return digestOf(contentOf(job)) === location.digest;
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

function contentOf(job: KeptJob): string {
  return `${JSON.stringify(job)}\n`;
}

function digestOf(content: string): string {
  return sha256(content).slice(0, 16);
}
