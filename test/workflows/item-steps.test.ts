import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  createItemSteps,
  type ChainShape,
  type StepCall,
  type StepOutcome,
  type StepShape,
} from '../../src/workflows/item-steps.ts';

function step(id: string, needs: readonly number[] = [], more: Partial<StepShape> = {}): StepShape {
  return { id, kind: 't', model: 0, lane: 0, needs, ...more };
}

const succeeded: StepOutcome = { kind: 'succeeded' };
const unfit: StepOutcome = { kind: 'unfit' };
const failed: StepOutcome = { kind: 'failed' };

const diamond: ChainShape = [step('a'), step('b', [0]), step('c', [0]), step('d', [1, 2])];

describe('the steps of an item', () => {
  it('come one after the other where each needs the one before', () => {
    const steps = createItemSteps([step('caption'), step('shot', [0])]);
    expect(steps.begin()).toEqual([{ step: 0 }]);
    expect(steps.isOver()).toBe(false);
    expect(steps.settle({ step: 0 }, succeeded)).toEqual([{ step: 1 }]);
    expect(steps.settle({ step: 1 }, succeeded)).toEqual([]);
    expect(steps.isOver()).toBe(true);
  });

  it('are ready together where they need the same, and wait for all that they need', () => {
    const steps = createItemSteps(diamond);
    steps.begin();
    expect(steps.settle({ step: 0 }, succeeded)).toEqual([{ step: 1 }, { step: 2 }]);
    expect(steps.settle({ step: 2 }, succeeded)).toEqual([]);
    expect(steps.settle({ step: 1 }, succeeded)).toEqual([{ step: 3 }]);
  });

  it('go over a list with a call for each element, and on when all of them are done', () => {
    const steps = createItemSteps([step('list'), step('draw', [0], { forEach: 0 }), step('sum', [1])]);
    steps.begin();
    const draws = steps.settle({ step: 0 }, { kind: 'succeeded', lists: { 1: 2 } });
    expect(draws).toEqual([
      { step: 1, index: 0 },
      { step: 1, index: 1 },
    ]);
    expect(steps.settle({ step: 1, index: 1 }, succeeded)).toEqual([]);
    expect(steps.settle({ step: 1, index: 0 }, succeeded)).toEqual([{ step: 2 }]);
  });

  it('go on at once after a list without elements', () => {
    const steps = createItemSteps([step('list'), step('draw', [0], { forEach: 0 }), step('sum', [1])]);
    steps.begin();
    expect(steps.settle({ step: 0 }, { kind: 'succeeded', lists: { 1: 0 } })).toEqual([{ step: 2 }]);
    const last = createItemSteps([step('list'), step('draw', [0], { forEach: 0 })]);
    last.begin();
    expect(last.settle({ step: 0 }, { kind: 'succeeded', lists: { 1: 0 } })).toEqual([]);
    expect(last.isOver()).toBe(true);
  });

  it('mend an answer that does not fit as often as they may, and then fail', () => {
    const steps = createItemSteps([step('list', [], { repair: 2 }), step('next', [0])]);
    steps.begin();
    expect(steps.settle({ step: 0 }, unfit)).toEqual([{ step: 0, repair: 1 }]);
    expect(steps.settle({ step: 0, repair: 1 }, unfit)).toEqual([{ step: 0, repair: 2 }]);
    expect(steps.settle({ step: 0, repair: 2 }, unfit)).toEqual([]);
    expect(steps.isOver()).toBe(true);
  });

  it('mend each element of a list by itself', () => {
    const steps = createItemSteps([step('list'), step('each', [0], { forEach: 0, repair: 1 })]);
    steps.begin();
    steps.settle({ step: 0 }, { kind: 'succeeded', lists: { 1: 2 } });
    expect(steps.settle({ step: 1, index: 1 }, unfit)).toEqual([{ step: 1, index: 1, repair: 1 }]);
    expect(steps.settle({ step: 1, index: 1, repair: 1 }, succeeded)).toEqual([]);
    expect(steps.isOver()).toBe(false);
    expect(steps.settle({ step: 1, index: 0 }, succeeded)).toEqual([]);
    expect(steps.isOver()).toBe(true);
  });

  it('start nothing new once one has failed, and are over when those under way have ended', () => {
    const steps = createItemSteps(diamond);
    steps.begin();
    steps.settle({ step: 0 }, succeeded);
    expect(steps.settle({ step: 1 }, failed)).toEqual([]);
    expect(steps.isOver()).toBe(false);
    expect(steps.settle({ step: 2 }, unfit)).toEqual([]);
    expect(steps.isOver()).toBe(true);
  });
});

interface Scene {
  readonly shape: ChainShape;
  readonly lengths: readonly number[];
  /** Which of the calls under way ends next, and how often it does not fit first. */
  readonly picks: readonly number[];
}

// Steps need some of those before them, and some go over a list of one of these.
const scenes: fc.Arbitrary<Scene> = fc.integer({ min: 1, max: 7 }).chain((count) =>
  fc.record({
    shape: fc
      .tuple(
        ...Array.from({ length: count }, (_, position) =>
          fc.record({
            needs: position === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(position - 1), { maxLength: 3 }),
            isOver: fc.boolean(),
            repair: fc.nat(2),
          }),
        ),
      )
      .map((drawn) => {
        // What goes over a list returns none itself.
        const isList = (position: number): boolean => {
          const [over] = drawn[position]?.needs ?? [];
          return drawn[position]?.isOver === true && over !== undefined && !isList(over);
        };
        return drawn.map(({ needs, repair }, position) =>
          step(`s${position}`, needs, {
            ...(repair === 0 ? {} : { repair }),
            ...(isList(position) ? { forEach: needs[0] } : {}),
          }),
        );
      }),
    lengths: fc.array(fc.nat(3), { minLength: count, maxLength: count }),
    picks: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 80 }),
  }),
);

const nameOf = ({ step: position, index, repair }: StepCall): string => `${position}.${index}.${repair}`;

/** Lets the calls under way end in the drawn order; `outcomeOf` says how. */
function walk({ shape, lengths, picks }: Scene, outcomeOf: (call: StepCall, pick: number) => StepOutcome) {
  const steps = createItemSteps(shape);
  const underWay = [...steps.begin()];
  const made = underWay.map(nameOf);
  const done = new Map<number, number>();
  const early: string[] = [];
  const isDone = (position: number): boolean => {
    const over = shape[position]?.forEach;
    const wanted = over === undefined ? 1 : (lengths[position] ?? 0);
    return (done.get(position) ?? 0) >= wanted && (over === undefined || isDone(over));
  };
  for (let turn = 0; underWay.length > 0; turn += 1) {
    const pick = picks[turn % picks.length] ?? 0;
    const [call] = underWay.splice(pick % underWay.length, 1);
    if (call === undefined) break;
    const outcome = outcomeOf(call, pick);
    if (outcome.kind === 'succeeded') done.set(call.step, (done.get(call.step) ?? 0) + 1);
    const lists = Object.fromEntries(
      shape.flatMap(({ forEach }, position) =>
        forEach === call.step && outcome.kind === 'succeeded' ? [[position, lengths[position] ?? 0]] : [],
      ),
    );
    const ready = steps.settle(call, outcome.kind === 'succeeded' ? { ...outcome, lists } : outcome);
    early.push(
      ...ready.filter(({ step: at }) => shape[at]?.needs.every(isDone) !== true).map((one) => nameOf(one)),
    );
    expect(steps.isOver()).toBe(underWay.length + ready.length === 0);
    underWay.push(...ready);
    made.push(...ready.map(nameOf));
  }
  return { made, early };
}

describe('in whatever order calls end', () => {
  it('each is made exactly once, and never before what it needs', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const { made, early } = walk(scene, ({ repair = 0, step: at }, pick) =>
          pick % 3 === 0 && repair < (scene.shape[at]?.repair ?? 0) ? unfit : succeeded,
        );
        expect(early).toEqual([]);
        expect(new Set(made).size).toBe(made.length);
        const first = made.filter((name) => name.endsWith('.undefined')).sort();
        const wanted = scene.shape.flatMap(({ forEach }, at) =>
          forEach === undefined
            ? [nameOf({ step: at })]
            : Array.from({ length: scene.lengths[at] ?? 0 }, (_, index) => nameOf({ step: at, index })),
        );
        expect(first).toEqual(wanted.sort());
      }),
    );
  });

  it('a failure lets nothing new start, and the chain comes to its end', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        let hasFailed = false;
        let later = 0;
        const steps = createItemSteps(scene.shape);
        const underWay = [...steps.begin()];
        for (let turn = 0; underWay.length > 0; turn += 1) {
          const pick = scene.picks[turn % scene.picks.length] ?? 0;
          const [call] = underWay.splice(pick % underWay.length, 1);
          if (call === undefined) break;
          hasFailed ||= pick % 4 === 0;
          const ready = steps.settle(
            call,
            pick % 4 === 0 ? failed : { kind: 'succeeded', lists: { 1: 2, 2: 2, 3: 1, 4: 1, 5: 0, 6: 1 } },
          );
          if (hasFailed) later += ready.length;
          underWay.push(...ready);
        }
        expect(later).toBe(0);
        expect(steps.isOver()).toBe(true);
      }),
    );
  });
});
