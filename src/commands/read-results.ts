import { PollenBatchError } from '../errors.ts';
import { sha256 } from '../plan/digest.ts';
import type { Marker } from '../records/run-store.ts';
import type { ResultLine } from '../report/result-line.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** One page's share of the results: the bytes as they are stored, and what they say. */
export interface ResultPart {
  readonly body: Uint8Array;
  readonly lines: readonly ResultLine[];
}

/** Reads the results of an ended run part by part, in the job's order; the sha256 of each part is checked. */
export async function* readParts(store: ObjectStore, marker: Marker): AsyncGenerator<ResultPart> {
  for (const { key, sha256: digest } of marker.parts) {
    const body = await readChecked(store, key, digest);
    const lines = Buffer.from(body).toString('utf8').split('\n').filter(Boolean);
    yield { body, lines: lines.map((line) => JSON.parse(line) as ResultLine) };
  }
}

/**
 * Reads an object that must be there.
 *
 * @param digest - sha256 that its bytes must have
 * @throws PollenBatchError `store-unusable` when it is missing or damaged
 */
export async function readChecked(store: ObjectStore, key: string, digest?: string): Promise<Uint8Array> {
  const object = await store.get(key);
  if (object === undefined || (digest !== undefined && sha256(object.body) !== digest)) {
    throw new PollenBatchError(
      'store-unusable',
      `${key} is ${object === undefined ? 'missing' : 'damaged'} in bucket ${store.bucket}`,
      {
        remedy: 'The record of the item tells how to make it again; look for who changed the bucket.',
      },
    );
  }
  return object.body;
}
