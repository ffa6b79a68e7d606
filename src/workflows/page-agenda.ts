import { createItemSteps, type ItemSteps, type StepCall, type StepOutcome } from './item-steps.ts';
import type { OpenedPage } from './messages.ts';

/** A call that a page may make: an item's only one, or that of a step. */
export interface PageCall {
  /** Position of the item in the page. */
  readonly position: number;
  readonly step?: StepCall;
}

/** Which calls of a page may be made, and which come first. */
export interface PageAgenda {
  /** Takes the next call; `undefined` when none can be made now. */
  take(): PageCall | undefined;
  /**
   * Takes in how a call ended.
   *
   * @returns whether nothing of its item is under way or left to do
   */
  settle(call: PageCall, outcome: StepOutcome): boolean;
  /** Calls that could be taken now. */
  waiting(): number;
}

/** Items that are begun go on before others are begun: what became ready last comes first, so that items end. */
export function createPageAgenda({ missing, chains }: OpenedPage): PageAgenda {
  const begun = new Map<number, ItemSteps>();
  const ready: PageCall[] = [];
  let next = 0;

  function push(position: number, calls: readonly StepCall[]): void {
    ready.unshift(...calls.map((step) => ({ position, step })));
  }

  // What was ready and not taken of an item that has failed.
  function drop(position: number): number {
    const kept = ready.filter((call) => call.position !== position);
    const dropped = ready.length - kept.length;
    ready.splice(0, ready.length, ...kept);
    return dropped;
  }

  return {
    take() {
      if (ready.length === 0 && next < missing.length) {
        const position = missing[next++] ?? 0;
        const shape = chains?.shapes[chains.shape[position] ?? -1];
        if (shape === undefined) return { position };
        const steps = createItemSteps(shape);
        begun.set(position, steps);
        push(position, steps.begin());
      }
      return ready.shift();
    },
    settle({ position, step }, outcome) {
      const steps = begun.get(position);
      if (steps === undefined || step === undefined) return true;
      push(position, steps.settle(step, outcome));
      if (steps.hasFailed()) steps.withdraw(drop(position));
      if (!steps.isOver()) return false;
      begun.delete(position);
      return true;
    },
    waiting: () => ready.length + missing.length - next,
  };
}
