import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { Estimate, PlannedItem } from './plan.ts';

/** Adds up what a plan's calls can cost. */
export interface Estimator {
  add(item: PlannedItem): void;
  total(): Estimate;
}

/** An estimate of nothing yet. */
export function createEstimator(prices: PriceSnapshot): Estimator {
  let atMost = 0n;
  let unbounded = 0;
  let free = 0;
  return {
    add(item) {
      for (const { kind, model, maximum } of 'steps' in item ? item.steps : [item]) {
        if (maximum === null) unbounded += 1;
        else atMost += parseAmount(maximum);
        if (isFree(findPrice(prices, kind, model))) free += 1;
      }
    },
    total: () => ({ atMost: formatAmount(atMost), unbounded, free }),
  };
}

function isFree(price: PriceSnapshot[number] | undefined): boolean {
  return price !== undefined && Object.keys(price.rates).length === 0;
}
