import { condition, patched } from '@temporalio/workflow';

import { parseAmount, type Amount } from '../pollen/amount.ts';
import { createTranche, type Tranche, type TrancheReport } from '../pollen/tranche.ts';
import type { OpenedPage } from './inputs.ts';
import { nameOf, type PageCall } from './page-agenda.ts';
import type { CallEnd } from './page-calls.ts';
import { shieldedCondition } from './shielded-condition.ts';

/** What a page has of its run's budget, and what its calls hold of that. */
export interface PagePurse extends Pick<Tranche, 'go' | 'report'> {
  grant(total: string): void;
  /**
   * Waits until a call has its hold.
   *
   * @returns whether the call may be made; else it is to be put back
   */
  hold(call: PageCall): Promise<boolean>;
  /** Gives a call its hold if it can have that at once, and tells whether it has; else it is to be put back. */
  holds(call: PageCall): boolean;
  /** Takes in what became of a call that had its hold. */
  settle(call: PageCall, end: CallEnd): void;
  /** Takes in that an item has no more calls: those that were put back are not made any more. */
  close(position: number): void;
  /** Tells the run what is asked for and given back, for as long as the page lives. */
  keepTold(): Promise<never>;
}

export interface PagePurseOptions {
  readonly holds: NonNullable<OpenedPage['holds']>;
  /** Turn before that of its first report. */
  readonly turn: number;
  readonly mayCall: () => boolean;
  /** Whether there are calls that could be made now. */
  readonly hasMore: () => boolean;
  readonly tell: () => void;
}

/** Makes the purse of a page whose run has a budget. */
export function createPagePurse({ holds, turn, mayCall, hasMore, tell }: PagePurseOptions): PagePurse {
  const tranche = createTranche(turn);
  const amounts = holds.amounts.map(parseAmount);
  /** Calls that were put back, by the position of their item. */
  const kept = new Map<number, Set<string>>();
  let isNew = true;

  function holdOf({ position, step }: PageCall): Amount {
    const of = holds.of[position];
    const index = typeof of === 'number' ? of : of?.[step?.step ?? 0];
    return amounts[index ?? -1] ?? 0n;
  }
  function ask(call: PageCall): string {
    const name = nameOf(call);
    kept.get(call.position)?.delete(name);
    tranche.ask(name, holdOf(call));
    isNew = true;
    return name;
  }
  function putBack(call: PageCall): void {
    const name = nameOf(call);
    tranche.putBack(name);
    kept.set(call.position, (kept.get(call.position) ?? new Set()).add(name));
    isNew = true;
  }

  return {
    report: (): TrancheReport => tranche.report(),
    go(times) {
      tranche.go(times);
      isNew = true;
    },
    grant(total) {
      tranche.grant(total);
      isNew = true;
    },
    holds(call) {
      const hasIt = tranche.holds(ask(call));
      if (!hasIt) putBack(call);
      return hasIt;
    },
    async hold(call) {
      const name = ask(call);
      while (mayCall() && !tranche.holds(name)) {
        await shieldedCondition(() => tranche.holds(name) || !mayCall());
        // A pause ends the wait, and it may be over before anybody has looked: both come in one turn where no worker was there.
        // Earlier versions made the call without its money then.
        if (mayCall() && !tranche.holds(name) && !patched('money-held')) return true;
      }
      if (mayCall()) return true;
      putBack(call);
      return false;
    },
    settle(call, end) {
      if (end.kind === 'made') tranche.settle(nameOf(call), costOf(end));
      else putBack(call);
      isNew = true;
    },
    close(position) {
      for (const name of kept.get(position) ?? []) tranche.settle(name, undefined);
      kept.delete(position);
      isNew = true;
    },
    async keepTold() {
      for (;;) {
        // Once for all that happened together.
        await condition(() => isNew);
        isNew = false;
        if (tranche.review(hasMore())) tell();
      }
    },
  };
}

// What is unknown counts at its bound, and keeps the whole hold where it has none.
function costOf({ counts: { tally } }: Extract<CallEnd, { readonly kind: 'made' }>): Amount | undefined {
  const { settled, unknown } = tally;
  return unknown.atMost === null ? undefined : parseAmount(settled) + parseAmount(unknown.atMost);
}
