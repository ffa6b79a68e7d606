import { mapAhead } from '../at-once.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { workDigest } from '../plan/work-digest.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { PastRun } from './past-runs.ts';

/** Pages read at once. */
const READS = 8;

/** The work of a planned run's items: digests by ids, from the pages of its plan. */
export async function readPlannedDigests(
  store: ObjectStore,
  { run, plan }: PastRun,
): Promise<Map<string, string>> {
  const keys = runKeys(run);
  const digests = new Map<string, string>();
  const pages = mapAhead(plan.pages, READS, ({ page }) => store.get(keys.page(plan.digest, page)));
  for await (const page of pages) {
    for (const line of Buffer.from(page?.body ?? [])
      .toString('utf8')
      .split('\n')) {
      if (line === '') continue;
      const item = JSON.parse(line) as PlannedItem;
      digests.set(item.id, workDigest(item));
    }
  }
  return digests;
}
