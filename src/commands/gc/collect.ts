import { mapAhead } from '../../at-once.ts';
import { sha256 } from '../../plan/digest.ts';
import { findMarker, type Collected, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ErasableStore } from '../../storage/erasable-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { openBill } from '../bill/open-bill.ts';
import { findDependents } from '../runs/find-dependents.ts';
import { forbiddenToDelete } from '../runs/delete-run.ts';
import { keptBill } from './kept-rows.ts';

/** Objects removed at once. */
const REMOVALS = 32;

/** What of a run goes. */
export interface Collectable {
  readonly keys: readonly string[];
  readonly bytes: number;
}

/** Lists what of a run goes: everything, or all but what its bill is told by. */
export async function collectable(
  store: ObjectStore,
  run: RunLocation,
  keepsBill: boolean,
): Promise<Collectable> {
  const keys: string[] = [];
  let bytes = 0;
  for await (const object of store.list(runKeys(run).root)) {
    if (keepsBill && isOfBill(run, object.key)) continue;
    keys.push(object.key);
    bytes += object.bytes;
  }
  return { keys, bytes };
}

/** What became of a run: what has gone, or why it was left as it was. */
export type CollectedRun =
  | ({ readonly kind: 'collected' } & Collectable)
  /** Its bill cannot be read and is to be kept, another run needs it, or somebody else has written its marker. */
  | { readonly kind: 'left'; readonly reason: string };

/**
 * Collects a run that has ended. Before its first object goes its marker says so, and where its bill is kept the rows of that
 * are written down. Then it is asked once more whether another run needs it, and who does gets it back as it was. Where nothing is kept, its claim and then its marker go last. So whatever interrupts this leaves a run
 * that is known as collected, and the same call goes on with it.
 *
 * @throws PollenBatchError `store-unusable` where the credentials may not delete: then nothing of the run has changed
 */
export async function collect(
  store: ErasableStore,
  run: RunLocation,
  wantsBill: boolean,
  now: Date,
  onProgress: (removed: number) => void = () => {},
): Promise<CollectedRun> {
  const ended = await findMarker(store, run);
  if (ended === undefined) return { kind: 'left', reason: 'it has no marker any more' };
  const { marker, key: markerKey } = ended;
  const remove = (key: string): Promise<void> =>
    store.remove(key).catch((error: unknown) => Promise.reject(forbiddenToDelete(store, error) as Error));
  // Who may not delete must not mark: an object that is not there tells.
  await remove(`${runKeys(run).root}_gc`);
  // What has begun to go as a whole cannot be kept any more.
  const keepsBill = wantsBill && marker.collected?.kept !== 'nothing';
  const marked = await unlessDamaged(() => markCollected(store, run, ended, keepsBill, now));
  if (marked === undefined) return { kind: 'left', reason: 'its bill cannot be read, and is to be kept' };
  // Under the mark nobody begins to need it any more; whoever did since it was chosen is there to be found.
  const dependents = await findDependents(store, run, 'all');
  const again = await findMarker(store, run);
  if (again?.key !== markerKey || !isSame(again.marker, marked))
    return { kind: 'left', reason: 'its marker was changed meanwhile' };
  if (dependents.length > 0) {
    await unmark(store, run, ended);
    return { kind: 'left', reason: `it is needed by ${dependents.join(', ')} meanwhile` };
  }
  const found = await collectable(store, run, keepsBill);
  const { job, success, failed } = runKeys(run);
  // The one that was read goes last of all.
  const last = [job, ...[success, failed].filter((key) => key !== markerKey), markerKey];
  let removed = 0;
  const first = found.keys.filter((key) => !last.includes(key));
  for await (const _ of mapAhead(first, REMOVALS, remove)) onProgress((removed += 1));
  if (!keepsBill) for (const key of last) await remove(key);
  return { kind: 'collected', ...found };
}

type Ended = NonNullable<Awaited<ReturnType<typeof findMarker>>>;

async function markCollected(
  store: ErasableStore,
  run: RunLocation,
  { marker, key }: Ended,
  keepsBill: boolean,
  now: Date,
): Promise<Marker> {
  const earlier = marker.collected;
  if (earlier !== undefined && (earlier.kept === 'nothing' || keepsBill)) return marker;
  const at = earlier?.at ?? now.toISOString();
  const collected: Collected = keepsBill
    ? { at, kept: 'bill', ...(await keepBill(store, run)) }
    : { at, kept: 'nothing', billed: 0, throttled: 0 };
  const marked = { ...marker, collected };
  await putMarker(store, key, marked);
  return marked;
}

// Nothing of it has gone since it was marked.
async function unmark(store: ErasableStore, run: RunLocation, { marker, key }: Ended): Promise<void> {
  await putMarker(store, key, marker);
  if (marker.collected === undefined) await store.remove(runKeys(run).billRows);
}

function putMarker(store: ErasableStore, key: string, marker: Marker): Promise<void> {
  return store.put(key, `${JSON.stringify(marker)}\n`, { contentType: 'application/json' });
}

function isSame(left: Marker, right: Marker): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

async function keepBill(
  store: ErasableStore,
  run: RunLocation,
): Promise<Pick<Collected, 'rows' | 'billed' | 'throttled'>> {
  const { text, billed, throttled } = await keptBill(await openBill(store, run));
  await store.put(runKeys(run).billRows, text, { contentType: 'application/x-ndjson' });
  return { rows: sha256(text), billed, throttled };
}

function isOfBill(run: RunLocation, key: string): boolean {
  const keys = runKeys(run);
  const files = [
    keys.job,
    keys.begun,
    keys.plan,
    keys.report,
    keys.reportText,
    keys.bill,
    keys.billRows,
    keys.success,
    keys.failed,
  ];
  return files.includes(key) || key.startsWith(keys.corrections) || key.startsWith(keys.changes);
}
