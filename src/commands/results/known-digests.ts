import type { Marker } from '../../records/run-store.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readPart } from '../../report/read-results.ts';

/** Tells the sha256 that a run says an object of it has; `undefined` where it says none. */
export type KnownDigests = (name: string) => Promise<string | undefined>;

/**
 * Reads what a run says of its objects: the marker of parts and files, the results of texts and images. Objects are asked for
 * in the order of their names; the results of one page are at hand.
 */
export function createKnownDigests(store: ObjectStore, run: RunLocation, marker: Marker): KnownDigests {
  const keys = runKeys(run);
  const { root } = keys;
  const files = new Map([...marker.parts, ...(marker.files ?? [])].map(({ key, sha256 }) => [key, sha256]));
  const parts = new Map(marker.parts.map((part) => [part.key, part]));
  let held: { readonly page: number; readonly digests: Promise<ReadonlyMap<string, string>> } | undefined;

  async function digestsOf(page: number): Promise<ReadonlyMap<string, string>> {
    const part = parts.get(keys.part(page));
    if (part === undefined) return new Map();
    const { lines } = await readPart(store, root, part);
    const answers = lines.flatMap((line) => [
      ...(line.status === 'succeeded' ? [line] : []),
      ...(line.steps ?? []),
    ]);
    return new Map(answers.flatMap(({ artifact }) => (artifact ? [[artifact.key, artifact.sha256]] : [])));
  }
  return async (name) => {
    const key = `${root}${name}`;
    const page = /^items\/(\d+)\//.exec(name)?.[1];
    if (page === undefined) return files.get(key);
    if (held?.page !== Number(page)) held = { page: Number(page), digests: digestsOf(Number(page)) };
    return (await held.digests).get(key);
  };
}
