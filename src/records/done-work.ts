import { sha256 } from '../plan/digest.ts';
import { createReuseIndex, type ReuseIndex } from '../plan/reuse.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { EndedRun } from './past-runs.ts';
import { unlessDamaged } from './unless-damaged.ts';

/** Parts read at once. */
const READS = 4;
/** Works that are read: more of older runs are called again, so that planning stays small and quick. */
const MAX_WORKS = 300_000;

/** What a line of a sealed part says of the work it stands for. */
interface SealedLine {
  readonly status: string;
  readonly digest?: string;
  readonly key?: string;
}

/**
 * Reads what ended runs have done, the newest run first, from their sealed parts: no listing, and no object an item. A
 * part that is missing, damaged or not what the marker says is passed over; its items are called again.
 *
 * @param most - works after which no more parts are read
 */
export async function readDoneWork(
  store: ObjectStore,
  runs: readonly EndedRun[],
  most = MAX_WORKS,
): Promise<ReuseIndex> {
  const index = createReuseIndex();
  let works = 0;
  for (const { run, marker } of runs) {
    const { root } = runKeys(run);
    const parts = marker.parts.filter(({ key }) => key.startsWith(root));
    for (let first = 0; first < parts.length && works < most; first += READS) {
      const next = parts.slice(first, first + READS);
      const read = await Promise.all(next.map((part) => unlessDamaged(() => readPart(store, part))));
      const lines = read.flatMap((some) => some ?? []);
      works += lines.length;
      for (const { status, digest, key } of lines) {
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
): Promise<readonly SealedLine[]> {
  const object = await store.get(key);
  if (object === undefined || sha256(object.body) !== digest) return [];
  return Buffer.from(object.body)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SealedLine);
}
