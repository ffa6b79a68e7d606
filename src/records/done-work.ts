import { mapAhead } from '../at-once.ts';
import { sha256 } from '../plan/digest.ts';
import { createReuseIndex, type ReuseIndex } from '../plan/reuse.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { EndedRun } from './past-runs.ts';
import { unlessDamaged } from './unless-damaged.ts';

/** Parts read at once. */
const READS = 4;
/** Lines that are read: what only older runs have done is called again, so that planning stays small and quick. */
const MAX_LINES = 300_000;

/** What a line of a sealed part says of the work it stands for. */
interface SealedLine {
  readonly status: string;
  readonly digest?: string;
  readonly work?: string;
  readonly key?: string;
}

/**
 * Reads what ended runs have done, the newest run first, from their sealed parts: no listing, and no object an item. A
 * part that is missing, damaged or not what the marker says is passed over; its items are called again.
 *
 * @param most - lines after which no more parts are read
 */
export async function readDoneWork(
  store: ObjectStore,
  runs: readonly EndedRun[],
  most = MAX_LINES,
): Promise<ReuseIndex> {
  const index = createReuseIndex();
  let count = 0;
  for (const { run, marker } of runs) {
    const { root } = runKeys(run);
    const parts = marker.parts.filter(({ key }) => key.startsWith(root));
    for await (const lines of mapAhead(parts, READS, (part) =>
      unlessDamaged(() => readPart(store, part), []),
    )) {
      count += lines.length;
      for (const { status, digest, work = digest, key } of lines) {
        if (status !== 'succeeded' || work === undefined || key?.startsWith(root) !== true) continue;
        index.add(work, { runId: run.runId, key });
      }
      if (count >= most) return index;
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
