import type { Standing } from '../../src/activities/given-up.ts';
import type { ResolvedCall } from '../../src/activities/item-record.ts';
import { createItemStore, type ItemStore } from '../../src/activities/item-store.ts';
import type { MakeThumbnail } from '../../src/gallery/thumbnail.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { runKeys } from '../../src/storage/keys.ts';
import type { MemoryStore } from './memory-store.ts';
import { now, run, sampleCall, sampleNote, samplePlan } from './samples.ts';

/** Key of the sample call's record. */
export const recordKey = runKeys(run).record(0, 1, 'haiku');

/** What its second attempt leaves, which has got the answer. */
export const answeredNote = sampleNote(2, {
  code: 'answered',
  effect: { kind: 'answered', price: '0.00005', cache: { status: 'miss' } },
});

/** How an attempt at the sample call stands that is about to bring something. */
export interface SampleAttempt {
  readonly isStale?: boolean;
  readonly standing?: () => Standing;
  readonly item?: Partial<ResolvedCall>;
  readonly thumbnail?: MakeThumbnail;
}

/** The store of the sample call's item. */
export function sampleItemStore(
  store: MemoryStore,
  { isStale = false, standing = () => 'ended', item, thumbnail }: SampleAttempt = {},
): ItemStore {
  return createItemStore({
    store,
    records: createRecords(store),
    reference: { run, resumed: false, page: 0, position: 0 },
    item: { plan: samplePlan(), call: sampleCall(), ...item },
    ...(thumbnail === undefined ? {} : { thumbnail }),
    now: () => now,
    isStale: () => isStale,
    standing: () => Promise.resolve(standing()),
  });
}
