import type { PlannedCall, PlannedItem } from '../plan/plan.ts';
import type { AttemptRecord, ItemRecord, KeptAttempts, StepRecord } from '../records/record.ts';
import type { ChainLeft } from './check-chain.ts';
import { itemNames, type ItemNames } from './places.ts';
import { isObjects, type RunReader } from './reading.ts';

/** An object below the folder of a page. */
export interface PageObject {
  /** Its name below that folder. */
  readonly name: string;
  readonly number: number;
  readonly bytes: number;
}

/** What an item has left, but for its artifacts. */
export interface Left {
  readonly item: PlannedItem;
  readonly names: ItemNames;
  readonly record: ItemRecord | undefined;
  readonly kept: KeptAttempts | undefined;
  readonly chain: ChainLeft;
}

/** How the names of all that an item leaves begin. */
export function ownOf(folder: string, { number, id }: PlannedItem): string {
  return `${folder}${String(number).padStart(7, '0')}-${id}.`;
}

/** Bytes of what is read of an item at once. */
export function sizeOf(objects: readonly PageObject[]): number {
  return objects.filter(({ name }) => name.endsWith('.json')).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Reads what an item has left, but for its artifacts. */
export async function readItem(
  reader: RunReader,
  folder: string,
  item: PlannedItem,
  objects: readonly PageObject[],
): Promise<Left> {
  const steps = 'steps' in item ? item.steps.map(({ id }) => id) : [];
  const names = itemNames(
    objects.map(({ name }) => name),
    item,
    steps,
  );
  const read = async <Value>(name: string): Promise<Value | undefined> =>
    (await reader.json(`${folder}${name}`)) as Value | undefined;
  const readAll = async <Value>(
    found: ReadonlyMap<string, string>,
  ): Promise<readonly (readonly [part: string, object: string, value: Value])[]> => {
    const all = await Promise.all(
      [...found].map(async ([part, name]) => [part, `${folder}${name}`, await read<Value>(name)] as const),
    );
    return all.flatMap(([part, object, value]) =>
      value === undefined ? [] : [[part, object, value] as const],
    );
  };
  const isChain = steps.length > 0;
  const own = names.attempts.get('');
  const [record, kept, records, keptSteps, requests] = await Promise.all([
    names.record === undefined ? undefined : read<ItemRecord>(names.record),
    own === undefined || names.record !== undefined ? undefined : read<KeptAttempts>(own),
    isChain ? readAll<StepRecord>(names.steps) : [],
    isChain ? readAll<KeptAttempts>(names.attempts) : [],
    isChain ? readAll<{ readonly request?: PlannedCall['request'] }>(names.requests) : [],
  ]);
  const whole = record !== undefined && isReadable(record) ? withoutThumbnail(record) : undefined;
  return {
    item,
    names,
    record: whole,
    kept: isReadable(kept) ? kept : undefined,
    chain: {
      records: records.flatMap(([, object, value]) => (isReadable(value) ? [{ object, record: value }] : [])),
      kept: keptSteps.flatMap(([, object, value]) => (isReadable(value) ? [{ object, kept: value }] : [])),
      requests: new Map(
        requests.flatMap(([part, object, { request }]) =>
          isObjects([request]) && request !== undefined ? [[part, { object, request }] as const] : [],
        ),
      ),
    },
  };
}

// A small picture stands beside what the results have too.
function withoutThumbnail(record: ItemRecord): ItemRecord {
  const { thumbnail: _thumbnail, ...rest } = record as ItemRecord & { readonly thumbnail?: unknown };
  return rest;
}

// Enough to be looked into; what is in it is checked then.
function isReadable(value: { readonly attempts: readonly AttemptRecord[] } | undefined): boolean {
  return isObjects(value?.attempts);
}
