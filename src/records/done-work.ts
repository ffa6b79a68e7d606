import { sha256 } from '../plan/digest.ts';
import { createReuseIndex, type ReuseIndex } from '../plan/reuse.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { EndedRun } from './past-runs.ts';

/** Parts read at once. */
const READS = 4;

/** What a line of a sealed part says of the work it stands for. */
interface SealedLine {
  readonly status: string;
  readonly digest?: string;
  readonly key?: string;
}

/**
 * Reads what ended runs have done, the newest run first, from their sealed parts: no listing, and no object an item. A
 * part that is missing or not what the marker says is passed over; its items are called again.
 */
export async function readDoneWork(store: ObjectStore, runs: readonly EndedRun[]): Promise<ReuseIndex> {
  const index = createReuseIndex();
  for (const { run, marker } of runs) {
    const { root } = runKeys(run);
    const parts = marker.parts.filter(({ key }) => key.startsWith(root));
    for (let first = 0; first < parts.length; first += READS) {
      const some = parts.slice(first, first + READS);
      const texts = await Promise.all(some.map((part) => readPart(store, part)));
      for (const line of texts.flatMap((text) => text.split('\n'))) {
        if (line === '') continue;
        const { status, digest, key } = JSON.parse(line) as SealedLine;
        if (status !== 'succeeded' || digest === undefined || key?.startsWith(root) !== true) continue;
        index.add(digest, { runId: run.runId, key });
      }
    }
  }
  return index;
}

async function readPart(
  store: ObjectStore,
  { key, sha256: digest }: EndedRun['marker']['parts'][number],
): Promise<string> {
  const object = await store.get(key);
  return object === undefined || sha256(object.body) !== digest
    ? ''
    : Buffer.from(object.body).toString('utf8');
}
