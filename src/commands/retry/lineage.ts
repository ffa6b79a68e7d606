import { PollenBatchError } from '../../errors.ts';
import { retryIdOf } from '../../plan/run-id.ts';
import { readJobFile, readMarker, type JobFile, type Marker } from '../../records/run-store.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';

/** Where the retries of a run stand. */
export interface Lineage {
  /** The run to be retried: the one that was asked for, or the last of its retries that has ended. */
  readonly last: { readonly run: RunLocation; readonly marker: Marker };
  /** A retry of it that has not ended. */
  readonly open?: { readonly run: RunLocation; readonly file: JobFile };
  /** Number of the next retry. */
  readonly next: number;
}

const MAX_RETRIES = 1_000;

/**
 * Looks for the retries of a run that has ended. Each retries the last one, so that nothing is called again that one of
 * them has got.
 */
export async function findLineage(store: ObjectStore, run: RunLocation, marker: Marker): Promise<Lineage> {
  const retries: { readonly run: RunLocation; readonly file: JobFile }[] = [];
  let next = 1;
  for (; ; next += 1) {
    if (next > MAX_RETRIES) {
      throw new PollenBatchError('usage', `run ${run.runId} has ${MAX_RETRIES} retries already`, {
        remedy: 'Submit its job as a new run, with --new --reuse.',
      });
    }
    const retried = { ...run, runId: retryIdOf(run.runId, next) };
    const file = await unlessDamaged(() => readJobFile(store, retried), null);
    if (file === undefined) break;
    if (file !== null) retries.push({ run: retried, file });
  }
  let last = { run, marker };
  for (;;) {
    const child = retries.find(({ file }) => file.parent?.runId === last.run.runId);
    if (child === undefined) return { last, next };
    const ended = await readMarker(store, child.run);
    if (ended === undefined) return { last, open: child, next };
    last = { run: child.run, marker: ended };
  }
}
