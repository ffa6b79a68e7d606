import type { Job } from '../manifest/job.ts';
import { findPrice, type PriceSnapshot, type Rates } from '../pollen/prices.ts';
import type { ExpandedItem } from './expand/expanded-item.ts';
import type { PlannedUse } from './plan.ts';
import type { PlanFault } from './plan-fault.ts';

/** Refuses calls that may cost something, where the job allows itself only what is free. */
export type SpendChecker = (item: Pick<ExpandedItem, 'steps'>) => readonly PlanFault[];

/** @param prices - what a model costs; one of unknown price may cost something */
export function createSpendChecker({ spend }: Pick<Job, 'spend'>, prices: PriceSnapshot): SpendChecker {
  if (spend !== 'free-only') return () => [];
  const way =
    'take a model that is free (`pollen-batch models` shows the prices), or take `spend: free-only` out of the job';
  return ({ steps }) =>
    steps.flatMap(({ kind, params }, step) => {
      const model = String(params['model']);
      const what = whyNotFree({ kind, model }, prices);
      if (what === undefined) return [];
      const message = `\`spend: free-only\` takes no ${kind} model "${model}", which ${what}; ${way}`;
      return [{ code: 'model-paid' as const, message, step, path: ['params', 'model'] }];
    });
}

/** Why a model may cost something; `undefined` where it is free. */
export function whyNotFree({ kind, model }: PlannedUse, prices: PriceSnapshot): string | undefined {
  const price = findPrice(prices, kind, model);
  if (price === undefined) return 'has no known price';
  return isFree(price.rates) ? undefined : 'costs something';
}

function isFree(rates: Rates): boolean {
  return Object.values(rates).every((rate) => /^0*(\.0*)?$/.test(rate));
}
