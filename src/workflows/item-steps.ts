/** One step of a chain, as the workflow of its page needs it: no prompt, no parameters. */
export interface StepShape {
  readonly id: string;
  /** `t` for text, `i` for image. */
  readonly kind: 't' | 'i';
  /** Indexes into the page's models and lanes. */
  readonly model: number;
  readonly lane: number;
  /** Positions of the steps that come before it. */
  readonly needs: readonly number[];
  /** Position of the step whose list it goes over, one call an element. */
  readonly forEach?: number;
  /** Further calls that may mend an answer which does not fit. */
  readonly repair?: number;
}

/** The steps of a chain, in the plan's order. Items of one entry share it. */
export type ChainShape = readonly StepShape[];

/** One call of a chain. */
export interface StepCall {
  /** Position of the step. */
  readonly step: number;
  /** Position in the list, of a step that goes over one. */
  readonly index?: number;
  /** Which mending call, from 1; absent for the first call. */
  readonly repair?: number;
}

/** How a call of a chain ended. */
export type StepOutcome =
  /** With the lengths of the lists that later steps go over, by the position of the later step. */
  | { readonly kind: 'succeeded'; readonly lists?: Readonly<Record<string, number>> }
  /** With an answer that does not fit, which another call may mend. */
  | { readonly kind: 'unfit' }
  | { readonly kind: 'failed' };

/** The progress of one chain. */
export interface ItemSteps {
  /** Takes in how a call ended, and gives the calls that may be made now. */
  settle(call: StepCall, outcome: StepOutcome): readonly StepCall[];
  /** Calls that may be made at the start. */
  begin(): readonly StepCall[];
  /** Whether a call has failed for good, so that nothing new is given out. */
  hasFailed(): boolean;
  /** Positions of the steps that may still have calls. */
  unfinished(): readonly number[];
  /** Takes back calls that were given out and will not be made. */
  withdraw(calls: number): void;
  /** Whether nothing is under way and nothing will be made any more. */
  isOver(): boolean;
}

/**
 * Walks through a chain: each call is given out once, after all that its step needs. Once one has failed nothing new is
 * given out; those under way still end.
 */
export function createItemSteps(shape: ChainShape): ItemSteps {
  const steps = shape.map(() => ({ isGiven: false, open: 0, isDone: false }));
  /** Lengths of lists, by the position of the step that goes over them. */
  const lists = new Map<number, number>();
  let underWay = 0;
  let hasFailed = false;

  function give(position: number, step: StepShape): readonly StepCall[] {
    const state = steps[position];
    const isReady = step.needs.every((need) => steps[need]?.isDone === true);
    if (state === undefined || state.isGiven || !isReady) return [];
    if (step.forEach !== undefined && steps[step.forEach]?.isDone !== true) return [];
    state.isGiven = true;
    if (step.forEach === undefined) {
      state.open = 1;
      return [{ step: position }];
    }
    state.open = lists.get(position) ?? 0;
    state.isDone = state.open === 0;
    return Array.from({ length: state.open }, (_, index) => ({ step: position, index }));
  }

  function ready(): readonly StepCall[] {
    if (hasFailed) return [];
    const found: StepCall[] = [];
    // A list without elements is done at once, and may let others go on.
    for (let isMoving = true; isMoving;) {
      const done = steps.filter(({ isDone }) => isDone).length;
      found.push(...shape.flatMap((step, position) => give(position, step)));
      isMoving = steps.filter(({ isDone }) => isDone).length > done;
    }
    underWay += found.length;
    return found;
  }

  return {
    begin: ready,
    settle(call, outcome) {
      underWay -= 1;
      const state = steps[call.step];
      if (outcome.kind === 'unfit' && !hasFailed) {
        const repair = (call.repair ?? 0) + 1;
        if (repair <= (shape[call.step]?.repair ?? 0)) {
          underWay += 1;
          return [{ ...call, repair }];
        }
      }
      if (outcome.kind !== 'succeeded' || state === undefined) {
        hasFailed = true;
        return [];
      }
      for (const [position, length] of Object.entries(outcome.lists ?? {})) {
        lists.set(Number(position), length);
      }
      state.open -= 1;
      state.isDone = state.open === 0;
      return ready();
    },
    hasFailed: () => hasFailed,
    unfinished: () => (hasFailed ? [] : steps.flatMap(({ isDone }, position) => (isDone ? [] : [position]))),
    withdraw(calls) {
      underWay -= calls;
    },
    isOver: () => underWay === 0,
  };
}
