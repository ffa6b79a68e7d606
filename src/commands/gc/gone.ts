import { PollenBatchError } from '../../errors.ts';
import type { Collected, Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { utc } from '../render/words.ts';

/**
 * Says that the results of a run are not there any more, before anything misses one of them.
 *
 * @throws PollenBatchError `usage`
 */
export function checkWhole(run: RunLocation, { collected }: Pick<Marker, 'collected'>): void {
  if (collected !== undefined) throw goneError(run, collected);
}

/** That the results of a run were collected, and what is left of it. */
export function goneError({ runId }: RunLocation, { at, kept }: Collected): PollenBatchError {
  return new PollenBatchError('usage', `the results of run ${runId} were collected at ${utc(at)}`, {
    remedy:
      kept === 'bill'
        ? `What it cost is left: \`pollen-batch bill ${runId}\`. To make the items again, submit the job with --new.`
        : 'What is left of it goes with the next `pollen-batch gc`. To make the items again, submit the job with --new.',
  });
}
