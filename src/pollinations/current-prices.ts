import type { PriceSnapshot } from '../pollen/prices.ts';

/** A worker may run for months, and prices change: older ones are read anew before a run is planned. */
const MAX_AGE_MS = 10 * 60_000;

/**
 * Prices of the API that are never older than ten minutes.
 *
 * @param first - those that are known already
 * @param read - asks the API; what it throws reaches the caller, since a plan with old prices would give a wrong bill
 * @param clock - monotonic milliseconds
 */
export function createCurrentPrices(
  first: PriceSnapshot,
  read: () => Promise<PriceSnapshot>,
  clock: () => number = () => performance.now(),
): () => Promise<PriceSnapshot> {
  let known = { prices: first, at: clock() };
  return async () => {
    if (clock() - known.at > MAX_AGE_MS) known = { prices: await read(), at: clock() };
    return known.prices;
  };
}
