import { condition, setHandler } from '@temporalio/workflow';

import type { BudgetView } from '../pollen/ledger.ts';
import { setBudgetUpdate, type BudgetRequest } from './messages.ts';
import { checkBudgetRequest, noBudgetFailure, tooLateFailure } from './run-budget.ts';
import { isEnding, type RunStanding } from './run-standing.ts';

/** Takes from now on what people order of a run, besides its pauses. */
export function listenToOrders(runId: string, standing: RunStanding): void {
  const setBudget = async (request: BudgetRequest): Promise<BudgetView> => {
    await condition(() => standing.state !== 'planning');
    if (standing.budget === undefined) throw noBudgetFailure(runId);
    return standing.budget.set(request);
  };
  setHandler(setBudgetUpdate, setBudget, {
    validator(request) {
      checkBudgetRequest(request);
      const { state } = standing;
      // What is set then would be kept beside a run that has ended, and say nothing of it.
      if ((state !== 'planning' && state !== 'running') || isEnding(standing)) throw tooLateFailure(runId);
    },
  });
}
