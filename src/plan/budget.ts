import type { Budget, Job } from '../manifest/job.ts';
import { formatAmount, parseAmount, type Amount } from '../pollen/amount.ts';
import { findPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { CacheMode } from '../pollen/settle.ts';
import type { PlanFault } from './plan-fault.ts';
import type { PlannedItem, PlannedStep } from './plan.ts';

/**
 * Pollen that has to be free before a call is made: the most that it can cost. Where the API shares no answers between
 * requests a lost one is paid for beside the one that is sent after it, so there it is twice that.
 */
export function holdOf(maximum: string, cacheMode: CacheMode): Amount {
  return parseAmount(maximum) * (cacheMode === 'none' ? 2n : 1n);
}

/**
 * The budget of a run that is made under `--max-cost`: the lower of the two.
 *
 * @param maxCost - decimal Pollen
 */
export function withMaxCost(job: Job, maxCost: string | undefined): Job {
  if (maxCost === undefined) return job;
  const { budget } = job;
  if (budget !== undefined && parseAmount(budget.amount) <= parseAmount(maxCost)) return job;
  return { ...job, budget: { amount: maxCost, onExceeded: budget?.onExceeded ?? 'pause' } };
}

/** A budget in a few words, as the settings of a job show it. */
export function describeBudget({ amount, onExceeded }: Budget): string {
  return onExceeded === 'stop' ? `${amount} (stop)` : amount;
}

/** Checks the calls of a job with a budget: each needs a bound, and the budget has to hold the dearest. */
export interface BudgetChecker {
  /** What keeps an item from being made under a budget. */
  check(item: PlannedItem): readonly PlanFault[];
  /** The highest hold of a call that has one, decimal Pollen. */
  dearest(): string;
  /** Why the budget is too low, if it is. */
  shortfall(amount: string): string | undefined;
}

/**
 * A checker that has seen no item.
 *
 * @param allowUnpriced - whether calls without a price would be made otherwise; else they are refused for that alone
 */
export function createBudgetChecker(
  cacheMode: CacheMode,
  prices: PriceSnapshot,
  allowUnpriced: boolean,
): BudgetChecker {
  let dearest = { hold: 0n, id: '', maximum: '0' };
  return {
    check(item) {
      // What is taken over costs nothing.
      if (item.reuse !== undefined) return [];
      const calls = 'steps' in item ? item.steps : [item];
      return calls.flatMap((call, step) => {
        if (call.maximum === null) {
          const isPriced = findPrice(prices, call.kind, call.model) !== undefined;
          return isPriced || allowUnpriced ? [unbounded(call, step, isPriced)] : [];
        }
        const hold = holdOf(call.maximum, cacheMode);
        if (hold > dearest.hold) dearest = { hold, id: item.id, maximum: call.maximum };
        return [];
      });
    },
    dearest: () => formatAmount(dearest.hold),
    shortfall(amount) {
      if (parseAmount(amount) >= dearest.hold) return undefined;
      const { id, maximum, hold } = dearest;
      const twice =
        cacheMode === 'none' ? ', and twice that when its answer is lost, since this API has no cache' : '';
      return `a call of item ${id} may cost ${maximum} Pollen${twice}, which the budget of ${amount} does not hold: give it ${formatAmount(hold)} or more`;
    },
  };
}

function unbounded(
  { kind, model }: Pick<PlannedStep, 'kind' | 'model'>,
  step: number,
  isPriced: boolean,
): PlanFault {
  const remedy = !isPriced
    ? 'no price of the model is known'
    : kind === 'image'
      ? 'ask a model of a flat price'
      : 'give it `max_tokens` (nothing bounds texts that are shown pictures)';
  const isOfModel = !isPriced || kind === 'image';
  return {
    code: 'budget-unbounded',
    message: `nothing bounds what this call of ${model} may cost, and the job has a budget: ${remedy}, or leave out \`budget\``,
    step,
    path: ['params', isOfModel ? 'model' : 'max_tokens'],
  };
}
