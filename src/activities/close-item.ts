import { runKeys, type RunLocation } from '../storage/keys.ts';
import { receiptOf, type ItemRecord } from '../records/record.ts';
import type { Records } from '../records/record-store.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import { chainRecord } from './chain-record.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { listChain, readChain } from '../report/page-records.ts';

/** Folds the records of an item's calls into the record of the item: the last write of the item. */
export function createCloseItem(dependencies: ActivityDependencies): ControlActivities['closeItem'] {
  const { plans, records, store, now } = dependencies;
  return async function closeItem({ run, page, position }) {
    const item = (await plans.page(run, page))[position];
    if (item === undefined || !('steps' in item)) throw new Error(`the plan of ${run.runId} is incomplete`);
    const keys = await listChain(dependencies, run, page, item);
    const objects = await readChain(dependencies, keys);
    const { record, outgrown } = chainRecord({ run, page }, item, objects, now());
    for (const { artifact, text } of outgrown) {
      // Records of calls never change: where something is, it is this.
      await store.putOnce(artifact.key, text, { contentType: artifact.contentType });
    }
    const key = runKeys(run).record(page, item.number, item.id);
    return receiptOf(await records.write(key, record, await thumbnailOf(records, run, page, record)), key);
  };
}

// Its own image, or where it ends with words, the last one that it has made on the way.
async function thumbnailOf(
  records: Pick<Records, 'readKept'>,
  run: RunLocation,
  page: number,
  { number, id, steps = [] }: ItemRecord,
): Promise<string | undefined> {
  const part = steps.findLast(({ kind, status }) => kind === 'image' && status === 'succeeded');
  if (part === undefined) return undefined;
  return (await records.readKept(runKeys(run).step(page, number, id, part)))?.thumbnail;
}
