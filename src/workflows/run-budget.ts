import type { ApplicationFailure } from '@temporalio/workflow';

import type { Budget } from '../manifest/job.ts';
import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { createLedger, type BudgetView, type LedgerState } from '../pollen/ledger.ts';
import type { Counts } from '../records/counts.ts';
import type { PageProgress } from './messages.ts';
import { refusal } from './refusals.ts';

/** What a run's workflow does about its budget. */
export interface RunBudget {
  /** Takes in that a page has started. */
  open(page: number): void;
  /** Takes in what a page tells of its money. */
  note(progress: PageProgress): void;
  /** Takes in that a page has ended; without counts where it has told nothing. */
  close(page: number, sealed: Counts | undefined): void;
  /** Takes in that the pages go on after a pause. */
  go(): void;
  /** Gives money to the pages that ask for it, and says when there is too little left to go on. */
  grant(): void;
  /** What it would be: decimal Pollen, or so much more after a plus. */
  changed(amount: string): Budget;
  /** Sets it anew, which is kept by then. */
  set(budget: Budget): void;
  view(): BudgetView;
  state(): LedgerState;
}

export interface RunBudgetOptions {
  readonly onExceeded: Budget['onExceeded'];
  readonly state: LedgerState;
  readonly mayGrant: () => boolean;
  readonly give: (page: number, total: string) => void;
  /** @param missing - decimal Pollen that would do for the next call */
  readonly onReached: (view: BudgetView, missing: string) => void;
  /** Is told when it was set anew, before money is given again. */
  readonly onSet: () => void;
}

/** Makes the one grantor of a run's money. */
export function createRunBudget(options: RunBudgetOptions): RunBudget {
  const { onExceeded, state, mayGrant, give, onReached, onSet } = options;
  const ledger = createLedger(state);

  function grant(): void {
    if (!mayGrant()) return;
    for (const { page, total } of ledger.grants()) give(page, total);
    if (ledger.isReached()) onReached(ledger.view(), ledger.missing());
  }
  return {
    open: (page) => ledger.open(page),
    note({ page, money }) {
      if (money !== undefined) ledger.note(page, money);
    },
    close(page, sealed) {
      ledger.close(page, sealed === undefined ? undefined : spentOf(sealed));
    },
    go: () => ledger.go(),
    grant,
    changed: (amount) => ({ amount: changedAmount(ledger.view().amount, amount), onExceeded }),
    set({ amount }) {
      ledger.setCap(amount);
      onSet();
      grant();
    },
    view: () => ledger.view(),
    state: () => ledger.state(),
  };
}

/**
 * Refuses what no amount can be read from, before it becomes part of the history: the handler could not go on with it.
 *
 * @throws ApplicationFailure `usage`
 */
export function checkBudget(amount: string): void {
  if (typeof amount === 'string' && /^\+?\d{1,9}(?:\.\d{1,8})?$/.test(amount)) return;
  throw refusal(
    'usage',
    'a budget is a decimal number of Pollen with up to 8 decimals, or so much more after a plus',
  );
}

/** Refuses to set the budget of a run that has none: its pages have not been told what their calls hold. */
export function noBudgetFailure(runId: string): ApplicationFailure {
  return refusal('no-budget', `run ${runId} has no budget`);
}

/** Says that a budget is used up, without a full stop. */
export function describeReached(
  { amount, spent, held }: BudgetView,
  missing: string,
  items: { readonly done: number; readonly all: number },
): string {
  const holds = held === '0' ? '' : `, ${held} held for calls that were taken back`;
  return `the budget of ${amount} Pollen is used up: ${items.done} of ${items.all} items done, ${spent} spent${holds}, and ${missing} missing for the next call`;
}

function changedAmount(amount: string, change: string): string {
  return change.startsWith('+')
    ? formatAmount(parseAmount(amount) + parseAmount(change.slice(1)))
    : formatAmount(parseAmount(change));
}

// What nothing bounds keeps all that its page was given.
function spentOf({ tally: { settled, unknown } }: Counts): bigint | undefined {
  return unknown.atMost === null ? undefined : parseAmount(settled) + parseAmount(unknown.atMost);
}
