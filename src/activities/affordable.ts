import type { Plan, PlannedCall } from '../plan/plan.ts';
import type { FailedRecord } from '../records/record.ts';
import type { AttemptHistory } from './attempt-history.ts';

/** Times that a call may be charged under a budget where the API shares no answers: its hold is twice its price. */
const CHARGES = 2;

/**
 * Why a call must not be sent once more under its run's budget, if it must not. Where the API joins or replays the one
 * generation, another try costs nothing more; where it does not, each that was lost may have been charged.
 */
export function unaffordable(
  { budget, api }: Pick<Plan, 'budget' | 'api'>,
  { maximum }: Pick<PlannedCall, 'maximum'>,
  { notes }: AttemptHistory,
): FailedRecord['fault'] | undefined {
  if (budget === undefined) return undefined;
  // As one that was to be taken over from a run that is gone: nobody asked for its bound.
  if (maximum === null) {
    return {
      code: 'budget-unbounded',
      message: 'Nothing bounds what the call may cost, and the run has a budget: it was not sent.',
      remedy: 'Give it `max_tokens` or a model of a flat price, or leave out the budget.',
    };
  }
  if (api.cacheMode !== 'none') return undefined;
  const charged = notes.filter(({ effect }) => effect.kind !== 'refused').length;
  if (charged < CHARGES) return undefined;
  return {
    code: 'lost-twice',
    message:
      'The answer was lost twice, each time perhaps after it was charged, and the budget holds no third charge.',
    remedy: 'See why answers are lost, and make what is missing by another run.',
  };
}
