import type { SealPageInput } from './inputs.ts';
import { nameOf, type PageCall } from './page-agenda.ts';

/** Calls of a page that may have been charged, and have no record. */
export interface PageLosses {
  /** Takes in that a call was lost, once more. */
  add(call: PageCall): void;
  /** Takes in that it has its record: that tells what it has cost. */
  remove(call: PageCall): void;
  /** As the page's seal takes them in. */
  toSeal(): Pick<SealPageInput, 'lost' | 'losses' | 'lostSteps'>;
}

/** Keeps the losses of a page that has none. */
export function createPageLosses(): PageLosses {
  const calls = new Map<string, PageCall>();
  return {
    add(call) {
      calls.set(nameOf(call), { ...call, again: (call.again ?? 0) + 1 });
    },
    remove(call) {
      calls.delete(nameOf(call));
    },
    toSeal() {
      const all = [...calls.values()];
      const items = all.filter(({ step }) => step === undefined);
      const steps = all.flatMap(({ position, step, again = 1 }) =>
        step === undefined ? [] : [{ position, ...step, again }],
      );
      return {
        lost: items.map(({ position }) => position),
        ...(items.length === 0 ? {} : { losses: items.map(({ again = 1 }) => again) }),
        ...(steps.length === 0 ? {} : { lostSteps: steps }),
      };
    },
  };
}
