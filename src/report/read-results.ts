import { PollenBatchError } from '../errors.ts';
import { sha256 } from '../plan/digest.ts';
import type { Marker } from '../records/run-store.ts';
import type { ResultLine } from './result-line.ts';
import { isWithin } from '../storage/keys.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';

/** One page's share of the results. */
export interface ResultPart {
  readonly lines: readonly ResultLine[];
}

/** What an object of a run must be. */
export interface Expected {
  /** Folder that it lies in: the bucket's own words may name another. @default anywhere */
  readonly root?: string;
  /** sha256 of its bytes, where it is known. */
  readonly sha256?: string | undefined;
}

/**
 * Reads one page's share of the results of an ended run; its sha256 is checked.
 *
 * @param root - folder of the run
 */
export async function readPart(
  store: ObjectStore,
  root: string,
  { key, sha256: digest }: Pick<Marker['parts'][number], 'key' | 'sha256'>,
): Promise<ResultPart> {
  const body = await readChecked(store, key, { root, sha256: digest });
  const lines = Buffer.from(body).toString('utf8').split('\n').filter(Boolean);
  return { lines: lines.map((line) => JSON.parse(line) as ResultLine) };
}

/** Reads the results of an ended run part by part. */
export async function* readParts(
  store: ObjectStore,
  root: string,
  { parts }: Pick<Marker, 'parts'>,
): AsyncGenerator<ResultPart> {
  for (const part of parts) yield readPart(store, root, part);
}

/**
 * Reads the bytes of an object that must be there.
 *
 * @throws PollenBatchError as {@link readObject} does
 */
export async function readChecked(store: ObjectStore, key: string, expected?: Expected): Promise<Uint8Array> {
  return (await readObject(store, key, expected)).body;
}

/**
 * Reads an object that must be there, with what is stored beside its bytes.
 *
 * @throws PollenBatchError `store-unusable` when it is missing, damaged, or none of the run's
 */
export async function readObject(
  store: ObjectStore,
  key: string,
  { root, sha256: digest }: Expected = {},
): Promise<StoredObject> {
  if (root !== undefined && !isWithin(root, key)) {
    throw unusable(`the results name an object that is none of the run's: ${JSON.stringify(key)}`);
  }
  const where = `${key} in bucket ${store.bucket}`;
  const object = await store.get(key).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === 'store-corrupt') throw unusable(`${where} is damaged`);
    throw new PollenBatchError('store-unreachable', error.message, {
      remedy: 'The same command goes on where it was, once the store answers.',
      cause: error,
    });
  });
  if (object === undefined) throw unusable(`${where} is missing`);
  checked(object.body, where, digest);
  return object;
}

/**
 * Gives bytes back that are what they should be.
 *
 * @param what - names them in the error
 * @throws PollenBatchError `store-unusable` when they are not
 */
export function checked(body: Uint8Array, what: string, digest: string | undefined): Uint8Array {
  if (digest !== undefined && sha256(body) !== digest) throw unusable(`${what} is damaged`);
  return body;
}

/** The error of a bucket whose objects are not what a run has left there. */
export function unusable(message: string): PollenBatchError {
  return new PollenBatchError('store-unusable', message, {
    remedy: 'Look for who changed the bucket; a run never changes after its marker.',
  });
}
