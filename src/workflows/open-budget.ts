import type { LedgerState } from '../pollen/ledger.ts';
import { settledItems } from '../records/tally.ts';
import type { PlanSummary } from './inputs.ts';
import { createRunBudget, describeReached, type RunBudget } from './run-budget.ts';
import type { RunNotices } from './run-notices.ts';
import type { RunPauses } from './run-pauses.ts';
import { countsOf, isEnding, type RunStanding } from './run-standing.ts';

export interface BudgetParts {
  readonly standing: RunStanding;
  readonly pauses: Pick<RunPauses, 'any' | 'pause' | 'resume'>;
  readonly notices: Pick<RunNotices, 'look'>;
  /** Has it make no more calls. */
  readonly stop: () => void;
}

/**
 * Makes the budget of a planned run, which pauses or stops it when it is used up.
 *
 * @param carried - how it stood before the run continued as new
 * @returns `undefined` where the run has none
 */
export function openBudget(
  { standing, pauses, notices, stop }: BudgetParts,
  { budget: set, spent, items }: PlanSummary,
  carried: LedgerState | undefined,
): RunBudget | undefined {
  if (set === undefined) return undefined;
  return createRunBudget({
    onExceeded: set.onExceeded,
    state: carried ?? { spent: '0', ...spent, cap: set.amount },
    mayGrant: () => !isEnding(standing) && !pauses.any(),
    give: (page, total) => standing.lanes?.give(page, total),
    onReached(view, missing) {
      // A run that is stopped tells of its end alone.
      notices.look();
      if (set.onExceeded === 'stop') {
        standing.because = 'budget';
        stop();
        return;
      }
      const done = settledItems(countsOf(standing).tally);
      pauses.pause({ reason: 'budget', detail: describeReached(view, missing, { done, all: items }) });
    },
    onSet: () => pauses.resume({ reason: 'budget' }),
  });
}
