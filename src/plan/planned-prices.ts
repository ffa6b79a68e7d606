import { PollenBatchError } from '../errors.ts';
import { findPrice, type ModelPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { PlannedUse } from './plan.ts';

/**
 * The prices that a plan is kept with: those of the models that it asks.
 *
 * @throws PollenBatchError `no-price` naming every model without a known price, unless they are allowed
 */
export function pricesOf(
  uses: readonly PlannedUse[],
  prices: PriceSnapshot,
  allowUnpriced: boolean,
): readonly ModelPrice[] {
  const found = uses.map(({ kind, model }) => findPrice(prices, kind, model));
  const missing = uses.filter((_, index) => found[index] === undefined);
  if (missing.length > 0 && !allowUnpriced) {
    const names = missing.map(({ kind, model }) => `${model} (${kind})`).join(', ');
    throw new PollenBatchError('no-price', `no price is known for ${names}`, {
      remedy:
        'Check the model names with the API, name their prices in a file given by POLLINATIONS_PRICES, or allow calls of unknown price with --allow-unpriced.',
    });
  }
  return [...new Set(found.filter((price) => price !== undefined))];
}
