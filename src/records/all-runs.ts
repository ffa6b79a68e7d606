import { mapAtOnce } from '../at-once.ts';
import { jobPrefix, rootPrefix, runKeys, type JobLocation, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Folders of jobs listed at once. */
const LISTS = 16;

/**
 * Lists the runs in a folder of the bucket, planned or not.
 *
 * @param only - job whose runs are wanted; absent for those of all
 */
export async function allRuns(
  store: ObjectStore,
  location: Omit<JobLocation, 'job'>,
  only?: string,
): Promise<readonly RunLocation[]> {
  const jobs = only === undefined ? await store.listFolders(rootPrefix(location)) : [only];
  return runsOf(store, location, jobs);
}

/** Lists the runs in a folder of the bucket whose ids begin with a text. */
export async function runsBeginning(
  store: ObjectStore,
  location: Omit<JobLocation, 'job'>,
  text: string,
): Promise<readonly RunLocation[]> {
  const jobs = (await store.listFolders(rootPrefix(location))).filter(
    (job) => `${job}-`.startsWith(text) || text.startsWith(`${job}-`),
  );
  return (await runsOf(store, location, jobs)).filter(({ runId }) => runId.startsWith(text));
}

/** Whether a run lies in a folder: some servers keep that of one that was deleted, with nothing in it. */
export async function isClaimed(store: ObjectStore, run: RunLocation): Promise<boolean> {
  return (await store.head(runKeys(run).job)) !== undefined;
}

async function runsOf(
  store: ObjectStore,
  location: Omit<JobLocation, 'job'>,
  jobs: readonly string[],
): Promise<readonly RunLocation[]> {
  const runs = await mapAtOnce(jobs.filter(isName), LISTS, async (job) => {
    const folders = await store.listFolders(jobPrefix({ ...location, job }));
    // The folder of its schedule is no run's.
    const own = folders.filter((name) => name.startsWith(`${job}-`) && isName(name));
    return own.map((runId) => ({ ...location, job, runId }));
  });
  return runs.flat();
}

function isName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);
}
