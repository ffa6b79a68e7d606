import { allRuns } from '../../records/all-runs.ts';
import { readJobFile, readMarker, readPlan } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { takesOver } from '../../plan/reuse.ts';
import { retriedIdOf } from '../../plan/run-id.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

type Claims = 'taking-over' | 'all';

/**
 * Runs of the job that need what a run has left: its retries, and those that are still to take something over from it, or
 * have no plan yet that would say so.
 *
 * @param claims - which runs without a plan count: those whose job takes over, or all, since `--reuse` is no part of a job
 */
export async function findDependents(
  store: ObjectStore,
  run: RunLocation,
  claims: Claims = 'taking-over',
): Promise<readonly string[]> {
  const { job, runId, ...location } = run;
  const others = (await allRuns(store, location, job)).filter((other) => other.runId !== runId);
  // What has not ended is taken over by nobody who has yet to plan: two claims would else keep each other.
  const hasEnded = (await unlessDamaged(() => readMarker(store, run), null)) !== undefined;
  const found: string[] = [];
  for (const other of others) {
    const isNeedy =
      (await isRetryOf(store, other, runId)) ||
      (await isToTakeOver(store, other, { runId, hasEnded, claims }));
    if (isNeedy) found.push(other.runId);
  }
  return found;
}

async function isRetryOf(store: ObjectStore, other: RunLocation, runId: string): Promise<boolean> {
  if (!other.runId.startsWith(`${retriedIdOf(runId)}-retry`)) return false;
  const file = await unlessDamaged(() => readJobFile(store, other));
  if (file?.parent?.runId !== runId) return false;
  const marker = await unlessDamaged(() => readMarker(store, other));
  return marker?.collected === undefined;
}

// One that has ended has copies of its own.
async function isToTakeOver(
  store: ObjectStore,
  other: RunLocation,
  {
    runId,
    hasEnded,
    claims,
  }: { readonly runId: string; readonly hasEnded: boolean; readonly claims: Claims },
): Promise<boolean> {
  if ((await unlessDamaged(() => readMarker(store, other), null)) !== undefined) return false;
  const plan = await unlessDamaged(() => readPlan(store, other), null);
  if (plan === null) return claims === 'all';
  if (plan === undefined) return hasEnded && (await mayTakeOver(store, other, claims));
  const keys = runKeys(other);
  for (const { page } of plan.pages) {
    const lines = await store.get(keys.page(plan.digest, page));
    const text = Buffer.from(lines?.body ?? []);
    const names = ['reuse', 'begun'].map((field) => `"${field}":{"runId":${JSON.stringify(runId)},`);
    if (names.some((name) => text.includes(name))) return true;
  }
  return false;
}

// Its claim alone is there: it plans now, or its worker has gone.
async function mayTakeOver(store: ObjectStore, other: RunLocation, claims: Claims): Promise<boolean> {
  const file = await unlessDamaged(() => readJobFile(store, other), null);
  if (file === undefined) return false;
  // A person who deletes one run is not kept from it by what is damaged in another.
  return claims === 'all' || (file !== null && takesOver(file.job));
}
