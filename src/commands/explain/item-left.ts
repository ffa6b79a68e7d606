import type { PlannedItem } from '../../plan/plan.ts';
import { layOver, readCorrections, type Correct } from '../../records/corrections.ts';
import { parseKept, type KeptRequest } from '../../records/kept-request.ts';
import { readLate, type LateAttempts } from '../../records/late.ts';
import type { ItemRecord, KeptAttempts } from '../../records/record.ts';
import { createRecords } from '../../records/record-store.ts';
import type { ChainObjects } from '../../report/fold-chain.ts';
import { readChain } from '../../report/page-records.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ListedObject, ObjectStore } from '../../storage/object-store.ts';

/** What an object of an item holds. */
export type ObjectKind = 'record' | 'step' | 'attempts' | 'request' | 'answer' | 'late';

/** An object that an item has left. */
export interface LeftObject {
  readonly kind: ObjectKind;
  readonly key: string;
  readonly bytes: number;
}

/** All that an item has left in the bucket. */
export interface ItemLeft {
  readonly record: ItemRecord | undefined;
  /** Where it has no record: what its attempts have kept, or its steps. */
  readonly left: KeptAttempts | ChainObjects | undefined;
  /** Attempts that are kept beside no record, of all its calls. */
  readonly kept: readonly KeptAttempts[];
  /** Requests that were fixed while the run went on, by the name of their object behind the item's. */
  readonly requests: ReadonlyMap<string, KeptRequest>;
  readonly late: readonly LateAttempts[];
  readonly correct: Correct;
  readonly objects: readonly LeftObject[];
}

const REQUEST = '.request.json';

/** Reads all that an item has left, but for its artifacts. */
export async function readItemLeft(
  store: ObjectStore,
  run: RunLocation,
  page: number,
  item: PlannedItem,
): Promise<ItemLeft> {
  const keys = runKeys(run);
  const { number, id } = item;
  const prefix = keys.itemObjects(page, number, id);
  const [own, lateObjects, late, corrections] = await Promise.all([
    list(store, prefix),
    list(store, keys.late(`${String(number).padStart(7, '0')}-`)),
    readLate(store, run, number),
    readCorrections(store, run),
  ]);
  const records = createRecords(store);
  const found = own.map(({ key, bytes }) => ({ kind: kindOf(key.slice(prefix.length)), key, bytes }));
  const keysOf = (kind: ObjectKind): readonly string[] =>
    found.flatMap((object) => (object.kind === kind ? [object.key] : []));
  const [record, chain, requests] = await Promise.all([
    records.read(keys.record(page, number, id)),
    readChain({ store, records }, [...keysOf('step'), ...keysOf('attempts')]),
    Promise.all(
      keysOf('request').map(
        async (key) => [key.slice(prefix.length, -REQUEST.length), await readRequest(store, key)] as const,
      ),
    ),
  ]);
  return {
    record,
    left: 'steps' in item ? chain : chain.kept[0],
    kept: chain.kept,
    requests: new Map(
      requests.flatMap(([name, request]) => (request === undefined ? [] : [[name, request] as const])),
    ),
    late: late.get(number) ?? [],
    correct: layOver(corrections),
    objects: [...found, ...lateObjects.map(({ key, bytes }) => ({ kind: 'late' as const, key, bytes }))],
  };
}

async function readRequest(store: ObjectStore, key: string): Promise<KeptRequest | undefined> {
  const object = await store.get(key);
  return object === undefined ? undefined : parseKept(key, object.body);
}

async function list(store: ObjectStore, prefix: string): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of store.list(prefix)) found.push(object);
  return found;
}

// What stands behind the item's own name, which may have dots.
function kindOf(rest: string): ObjectKind {
  const kind = /^record(?=\.json$)|(?:^|\.)(?:attempts(?=\.json$))|\.(?:step|request)(?=\.json$)/.exec(
    rest,
  )?.[0];
  return (kind?.replace('.', '') as ObjectKind | undefined) ?? 'answer';
}
