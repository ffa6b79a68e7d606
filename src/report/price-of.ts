import type { Plan } from '../plan/plan.ts';
import { formatAmount } from '../pollen/amount.ts';
import { priceOfAnswer } from '../pollen/charge.ts';
import { findPrice } from '../pollen/prices.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import type { PriceOf } from './bill-rows.ts';

/** Prices answers by the snapshot of a plan. */
export function priceOf({ prices, api }: Pick<Plan, 'prices' | 'api'>): PriceOf {
  const { rounding } = dialects[api.dialect];
  return (kind, model, usage) => {
    const rates = findPrice(prices, kind, model)?.rates;
    const price = rates === undefined ? undefined : priceOfAnswer(kind, usage, rates, rounding);
    return price === undefined ? null : formatAmount(price);
  };
}
