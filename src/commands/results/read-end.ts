import { PollenBatchError } from '../../errors.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

/**
 * Reads how a run has ended.
 *
 * @throws PollenBatchError `usage` when it has not
 */
export async function readEnd(store: ObjectStore, run: RunLocation): Promise<Marker> {
  const { runId } = run;
  const marker = await readMarker(store, run);
  if (marker !== undefined) return marker;
  throw new PollenBatchError('usage', `run ${runId} has not ended, so its results are not whole`, {
    remedy: `Wait for its end with \`pollen-batch watch ${runId}\`, then copy them.`,
  });
}
