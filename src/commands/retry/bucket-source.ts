import { parsePage } from '../../plan/pages.ts';
import { createRecords } from '../../records/record-store.ts';
import { readPlan } from '../../records/run-store.ts';
import type { PageSource } from '../../report/page-records.ts';
import { runKeys } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

/** Reads the pages of any run from the bucket, whose plans and pages are looked up anew each time. */
export function bucketSource(store: ObjectStore): PageSource {
  return {
    store,
    records: createRecords(store),
    plans: {
      async page(run, page) {
        const plan = await readPlan(store, run);
        const object = plan && (await store.get(runKeys(run).page(plan.digest, page)));
        if (object === undefined)
          throw new Error(`page ${page} of run ${run.runId} is missing from the bucket`);
        return parsePage(Buffer.from(object.body).toString('utf8'));
      },
    },
  };
}
