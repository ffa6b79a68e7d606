import { runKeys, type CallPart, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';
import type { AttemptRecord, ItemCost } from './record.ts';

/**
 * What lies in `late/`: the attempt of a worker that was thought dead, whose item has its result from another one, or,
 * where the run had ended without a result, a whole record, which is one of these as well.
 */
export interface LateAttempts {
  readonly version: 1;
  readonly runId: string;
  readonly number: number;
  readonly id: string;
  /** Which call it is, where the item has several. */
  readonly part?: CallPart;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly attempts: readonly AttemptRecord[];
  readonly cost: ItemCost;
}

/**
 * Everything that came late to a run so far, by the item's number: one listing, and nearly always an empty one.
 *
 * @param only - number of the item that is asked for. @default all
 * @throws StoreError `store-corrupt` when one of these objects is damaged
 */
export async function readLate(
  store: ObjectStore,
  run: RunLocation,
  only?: number,
): Promise<ReadonlyMap<number, readonly LateAttempts[]>> {
  const found = new Map<number, LateAttempts[]>();
  const { latePrefix } = runKeys(run);
  const prefix = only === undefined ? latePrefix : `${latePrefix}${String(only).padStart(7, '0')}-`;
  for await (const { key } of store.list(prefix)) {
    // The answers themselves lie beside them.
    if (!/\.(?:attempt|record)\.json$/.test(key)) continue;
    const object = await store.get(key);
    if (object === undefined) continue;
    const late = parseLate(key, object.body);
    found.set(late.number, [...(found.get(late.number) ?? []), late]);
  }
  return found;
}

// The parser's own error would quote the bytes, which may be an answer's.
function parseLate(key: string, body: Uint8Array): LateAttempts {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as LateAttempts;
  } catch {
    throw new StoreError('store-corrupt', `${key} holds no attempts`);
  }
}
