import { pageProgressSignal } from '../../src/workflows/messages.ts';
import { emptyTally } from '../../src/records/tally.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import type { Harness } from './harness.ts';

const BATCH = 100;

/**
 * Makes a run's history long in seconds: it is told of the progress of a page that it does not know, time and again, as
 * it is by its own pages over some ten thousand calls.
 */
export async function fillHistory(
  { handle }: Pick<Harness, 'handle'>,
  run: RunLocation,
  events: number,
): Promise<void> {
  const progress = { page: 99_999, tally: emptyTally, waiting: 0, inFlight: 0, freed: 0 };
  for (let sent = 0; sent < events; sent += BATCH) {
    await Promise.all(Array.from({ length: BATCH }, () => handle(run).signal(pageProgressSignal, progress)));
  }
}
