import { foldBill, type RunBill } from '../../src/commands/bill/bill.ts';
import { openBill } from '../../src/commands/bill/open-bill.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';

/** The bill of a run, as `bill RUN` adds it up. */
export async function billOf({ store }: { readonly store: ObjectStore }, run: RunLocation): Promise<RunBill> {
  return foldBill(await openBill(store, run));
}
