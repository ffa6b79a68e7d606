import {
  createItemSteps,
  type ChainShape,
  type ItemSteps,
  type StepCall,
  type StepOutcome,
} from './item-steps.ts';
import type { OpenedPage } from './messages.ts';

/** A call that a page may make: an item's only one, or that of a step. */
export interface PageCall {
  /** Position of the item in the page. */
  readonly position: number;
  readonly step?: StepCall;
}

/** Which lanes the calls of a page are for. */
export interface CallLanes {
  /** That of the items' first calls: items are begun for it. */
  readonly own: string;
  of(call: PageCall): string;
}

const oneLane: CallLanes = { own: '', of: () => '' };

/** Which calls of a page may be made, and which come first. */
export interface PageAgenda {
  /**
   * Takes the next call of a lane; `undefined` when none can be made now.
   *
   * @param lane - the page's own when left out
   */
  take(lane?: string): PageCall | undefined;
  /**
   * Takes in how a call ended.
   *
   * @returns whether nothing of its item is under way or left to do
   */
  settle(call: PageCall, outcome: StepOutcome): boolean;
  /** Calls that could be taken now, of one lane or of all. */
  waiting(lane?: string): number;
  /** Whether there may still be calls of a lane that are not under way. */
  needs(lane: string): boolean;
}

/** Items that are begun go on before others are begun: what became ready last comes first, so that items end. */
export function createPageAgenda({ missing, chains }: OpenedPage, lanes: CallLanes = oneLane): PageAgenda {
  const begun = new Map<number, ItemSteps>();
  const ready: PageCall[] = [];
  let next = 0;

  function push(position: number, calls: readonly StepCall[]): void {
    ready.unshift(...calls.map((step) => ({ position, step })));
  }

  function shapeOf(position: number): ChainShape | undefined {
    return chains?.shapes[chains.shape[position] ?? -1];
  }
  function unbegun(lane: string): number {
    return lane === lanes.own ? missing.length - next : 0;
  }
  const isIn = (lane: string, position: number, step: number): boolean =>
    lanes.of({ position, step: { step } }) === lane;

  // What was ready and not taken of an item that has failed.
  function drop(position: number): number {
    const kept = ready.filter((call) => call.position !== position);
    const dropped = ready.length - kept.length;
    ready.splice(0, ready.length, ...kept);
    return dropped;
  }

  return {
    take(lane = lanes.own) {
      const find = (): number => ready.findIndex((call) => lanes.of(call) === lane);
      let found = find();
      while (found < 0 && unbegun(lane) > 0) {
        const position = missing[next++] ?? 0;
        const shape = shapeOf(position);
        if (shape === undefined) return { position };
        const steps = createItemSteps(shape);
        begun.set(position, steps);
        push(position, steps.begin());
        found = find();
      }
      return found < 0 ? undefined : ready.splice(found, 1)[0];
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
    waiting(lane) {
      if (lane === undefined) return ready.length + missing.length - next;
      return ready.filter((call) => lanes.of(call) === lane).length + unbegun(lane);
    },
    needs(lane) {
      const isLeft = (position: number, index: number): boolean =>
        index >= next &&
        (shapeOf(position)?.some((_, step) => isIn(lane, position, step)) ?? lane === lanes.own);
      return (
        missing.some(isLeft) ||
        [...begun].some(([position, steps]) => steps.unfinished().some((step) => isIn(lane, position, step)))
      );
    },
  };
}
