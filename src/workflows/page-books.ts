import { addCounts, noCounts, type Counts } from '../records/counts.ts';
import { emptyTally, type Tally } from '../records/tally.ts';
import type { SealPageInput } from './inputs.ts';
import type { PageAgenda, PageCall } from './page-agenda.ts';
import type { CallEnd } from './page-calls.ts';
import { createPageLosses } from './page-losses.ts';

type Made = Extract<CallEnd, { readonly kind: 'made' }>;
type Unmade = Extract<CallEnd, { readonly kind: 'unmade' }>;

/** What has become of a page's calls and items so far. */
export interface PageBooks {
  counts(): Counts;
  /** Items that are done with. */
  ended(): number;
  /** Takes in that an item of one call is done with. */
  end(): void;
  /** Takes in what the record of an item of several calls counts for, which is then done with. */
  close(counts: Counts): void;
  /** Takes in a call that has its record; tells whether its item has nothing left to do. */
  settle(call: PageCall, end: Made): boolean;
  /** Takes a call back that is to be made later; tells the same. */
  putBack(call: PageCall, end: Unmade): boolean;
  /** Takes in a call that is not made any more; tells whether its item is done with. */
  leave(call: PageCall, end: Unmade): boolean;
  /** Takes in what the page counts for, now that it is sealed. */
  seal(counts: Counts): void;
  /** What may have been charged without a record, as the page's seal takes it in. */
  losses(): Pick<SealPageInput, 'lost' | 'losses' | 'lostSteps'>;
}

const cancelled: Counts = { tally: { ...emptyTally, cancelled: 1 } };

/**
 * Keeps the books of a page.
 *
 * @param done - items that have their records when it begins
 */
export function createPageBooks(done: Tally, agenda: Pick<PageAgenda, 'putBack' | 'settle'>): PageBooks {
  const losses = createPageLosses();
  let counts: Counts = { ...noCounts, tally: done };
  let ended = 0;
  return {
    counts: () => counts,
    ended: () => ended,
    end() {
      ended += 1;
    },
    close(closed) {
      counts = addCounts(counts, closed);
      ended += 1;
    },
    settle(call, end) {
      counts = addCounts(counts, end.counts);
      losses.remove(call);
      return agenda.settle(call, end.outcome);
    },
    putBack(call, { isLost }) {
      if (isLost) losses.add(call);
      return agenda.putBack(call, isLost);
    },
    leave(call, { isLost }) {
      if (isLost) losses.add(call);
      // An item that is stopped between its steps is counted as cancelled when its page is sealed.
      if (call.step === undefined) counts = addCounts(counts, cancelled);
      return call.step === undefined;
    },
    seal(sealed) {
      counts = sealed;
    },
    losses: () => losses.toSeal(),
  };
}
