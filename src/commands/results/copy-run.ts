import { mapAhead } from '../../at-once.ts';
import { PollenBatchError } from '../../errors.ts';
import { sha256 } from '../../plan/digest.ts';
import type { Marker } from '../../records/run-store.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { joinListings, type JoinedObject } from './join-listings.ts';
import { createKnownDigests } from './known-digests.ts';
import { readObject } from '../../report/read-results.ts';
import { namesOthers, relocate, sealMoved } from './relocate.ts';

/** Objects copied at once; each is whole in memory. */
const COPIES = 16;
/** What tells one run from another. */
const first: readonly string[] = ['job.json', 'begun.json'];
const markers: readonly string[] = ['_SUCCESS', '_FAILED'];

/** A place where a run is, or is to be. */
export interface RunPlace {
  readonly store: ObjectStore;
  readonly run: RunLocation;
}

/** How many objects were copied now, and how many were there already. */
export interface CopiedRun {
  readonly copied: number;
  readonly kept: number;
}

/**
 * Copies all that a run that has ended has left in the bucket, so that it can be read in the other place as in its own. Every
 * sha256 that is known is checked; what is there already is kept, so that a copy that was interrupted goes on. The marker comes
 * last: without it there is no run yet. Where the run's folder has another name, so have the keys in its objects.
 *
 * @throws PollenBatchError `store-unusable` when an object is missing or damaged, `usage` when another run is in that place
 */
export async function copyRun(from: RunPlace, to: RunPlace, marker: Marker): Promise<CopiedRun> {
  const { root } = runKeys(from.run);
  const { root: rootThere } = runKeys(to.run);
  const known = createKnownDigests(from.store, from.run, marker);
  const sealed = new Map<string, string>();
  const ends: JoinedObject[] = [];
  const count = { copied: 0, kept: 0 };

  async function copy({ name, bytes, bytesThere }: JoinedObject): Promise<'copied' | 'kept'> {
    const [key, keyThere] = [`${root}${name}`, `${rootThere}${name}`];
    const moves = root !== rootThere && namesOthers(name);
    if (!moves && bytesThere === bytes && (await isSame(from.store, key, to.store, keyThere))) return 'kept';
    const object = await readObject(from.store, key, { root, sha256: await known(name) });
    const moved = relocate(name, object.body, root, rootThere);
    const body = moves && markers.includes(name) ? sealMoved(moved, sealed) : moved;
    if (moves) sealed.set(keyThere, sha256(body));
    const { sha256: _own, ...metadata } = object.metadata;
    const result = await to.store.putOnce(keyThere, body, { contentType: object.contentType, metadata });
    if (result.stored) return 'copied';
    if (result.same) return 'kept';
    throw new PollenBatchError(
      'usage',
      `s3://${to.store.bucket}/${keyThere} is there already, and is another one`,
      {
        remedy: 'Copy the run to another prefix: what is there is another run, or was changed.',
      },
    );
  }
  async function* others(): AsyncGenerator<JoinedObject> {
    const listed = joinListings(from.store.list(root), root, to.store.list(rootThere), rootThere);
    for await (const object of listed) {
      if (markers.includes(object.name)) ends.push(object);
      else if (!first.includes(object.name)) yield object;
    }
  }

  for (const name of first) {
    const head = await from.store.head(`${root}${name}`);
    if (head !== undefined) count[await copy({ name, bytes: head.bytes })] += 1;
  }
  for await (const outcome of mapAhead(others(), COPIES, copy)) count[outcome] += 1;
  for (const end of ends) count[await copy(end)] += 1;
  return count;
}

// What was stored has its sha256 beside it, so nothing need be read.
async function isSame(
  store: ObjectStore,
  key: string,
  storeThere: ObjectStore,
  keyThere: string,
): Promise<boolean> {
  const [here, there] = await Promise.all([store.head(key), storeThere.head(keyThere)]);
  const digest = here?.metadata['sha256'];
  return digest !== undefined && digest === there?.metadata['sha256'];
}
