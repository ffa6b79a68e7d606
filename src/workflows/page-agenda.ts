import {
  createItemSteps,
  type ChainShape,
  type ItemSteps,
  type StepCall,
  type StepOutcome,
} from './item-steps.ts';
import type { OpenedPage } from './inputs.ts';

/** A call that a page may make: an item's only one, or that of a step. */
export interface PageCall {
  /** Position of the item in the page. */
  readonly position: number;
  readonly step?: StepCall;
  /** Set where it was put back: how often its worker had been lost with it. */
  readonly again?: number;
}

/** Tells the calls of a page apart. */
export function nameOf({ position, step }: Pick<PageCall, 'position' | 'step'>): string {
  return JSON.stringify([position, step?.step, step?.index, step?.repair]);
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
  /**
   * Takes back a call that came to nothing, as the next one of its lane.
   *
   * @param isLost - whether its worker was lost with it, so that it may have been charged
   * @returns whether nothing of its item is under way or left to do: an item that has failed goes on with no call
   */
  putBack(call: PageCall, isLost: boolean): boolean;
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

  // What was ready and not taken of an item that has failed. A call that may have been charged is made again: its answer
  // tells.
  function drop(position: number): number {
    const kept = ready.filter((call) => call.position !== position || (call.again ?? 0) > 0);
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
    putBack(call, isLost) {
      const { position } = call;
      const again = (call.again ?? 0) + (isLost ? 1 : 0);
      const steps = begun.get(position);
      if (steps?.hasFailed() !== true || again > 0) {
        ready.unshift({ ...call, again });
        return false;
      }
      steps.withdraw(1);
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
        ready.some((call) => lanes.of(call) === lane) ||
        [...begun].some(([position, steps]) => steps.unfinished().some((step) => isIn(lane, position, step)))
      );
    },
  };
}
