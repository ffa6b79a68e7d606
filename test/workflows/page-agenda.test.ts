import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/records/tally.ts';
import type { StepOutcome } from '../../src/workflows/item-steps.ts';
import type { OpenedPage } from '../../src/workflows/inputs.ts';
import { createPageAgenda } from '../../src/workflows/page-agenda.ts';

const step = { kind: 't', model: 0, lane: 0 } as const;
const shape = [
  { ...step, id: 'a', needs: [] },
  { ...step, id: 'b', needs: [0] },
  { ...step, id: 'c', needs: [0] },
];

/** A page of chains of three steps, and a last item of one call. */
function page(items: number, missing?: readonly number[]): OpenedPage {
  const positions = Array.from({ length: items }, (_, position) => position);
  return {
    ids: positions.map(String),
    kinds: 't'.repeat(items),
    models: ['openai'],
    model: positions.map(() => 0),
    missing: missing ?? positions,
    done: emptyTally,
    chains: {
      shapes: [shape],
      lanes: ['all'],
      shape: positions.map((position) => (position === items - 1 ? -1 : 0)),
    },
  };
}

const succeeded: StepOutcome = { kind: 'succeeded' };

describe('the calls of a page', () => {
  it('go on with what became ready in an item before others are begun', () => {
    const agenda = createPageAgenda(page(3));
    const [first, second] = [agenda.take(), agenda.take()];
    expect([first, second]).toEqual([
      { position: 0, step: { step: 0 } },
      { position: 1, step: { step: 0 } },
    ]);
    expect(agenda.waiting()).toBe(1);
    expect(agenda.settle({ position: 1, step: { step: 0 } }, succeeded)).toBe(false);
    expect(agenda.waiting()).toBe(3);
    expect([agenda.take(), agenda.take(), agenda.take(), agenda.take()]).toEqual([
      { position: 1, step: { step: 1 } },
      { position: 1, step: { step: 2 } },
      { position: 2 },
      undefined,
    ]);
    expect(agenda.settle({ position: 0, step: { step: 0 } }, succeeded)).toBe(false);
    expect(agenda.waiting()).toBe(2);
  });

  it('tell when an item is done with, which is when its last call is', () => {
    const agenda = createPageAgenda(page(2));
    agenda.take();
    agenda.settle({ position: 0, step: { step: 0 } }, succeeded);
    expect(agenda.settle({ position: 0, step: { step: 2 } }, succeeded)).toBe(false);
    expect(agenda.settle({ position: 0, step: { step: 1 } }, succeeded)).toBe(true);
    expect(agenda.settle({ position: 1 }, succeeded)).toBe(true);
  });

  it('leave what was ready of an item that has failed, and wait for what is under way', () => {
    const agenda = createPageAgenda(page(2));
    agenda.take();
    agenda.settle({ position: 0, step: { step: 0 } }, succeeded);
    expect(agenda.take()).toEqual({ position: 0, step: { step: 1 } });
    expect(agenda.settle({ position: 0, step: { step: 1 } }, { kind: 'failed' })).toBe(true);
    expect(agenda.take()).toEqual({ position: 1 });
    expect(agenda.waiting()).toBe(0);
  });

  it('are none of items that have a record already', () => {
    const agenda = createPageAgenda(page(3, [2]));
    expect([agenda.take(), agenda.take()]).toEqual([{ position: 2 }, undefined]);
  });

  it('are taken lane by lane, and tell for which lanes there may be more', () => {
    const crossing: OpenedPage = {
      ...page(2),
      chains: {
        shapes: [
          [
            { ...step, id: 'a', needs: [] },
            { ...step, id: 'b', lane: 1, needs: [0] },
          ],
        ],
        lanes: ['all', 'pictures'],
        shape: [0, -1],
      },
    };
    const agenda = createPageAgenda(crossing, {
      own: 'all',
      of: (call) => (call.step?.step === 1 ? 'pictures' : 'all'),
    });
    expect(agenda.take('pictures')).toBeUndefined();
    expect(agenda.take('all')).toEqual({ position: 0, step: { step: 0 } });
    expect([agenda.needs('all'), agenda.needs('pictures')]).toEqual([true, true]);
    agenda.settle({ position: 0, step: { step: 0 } }, succeeded);
    expect([agenda.waiting('all'), agenda.waiting('pictures')]).toEqual([1, 1]);
    expect(agenda.take('all')).toEqual({ position: 1 });
    expect(agenda.needs('all')).toBe(false);
    expect(agenda.take('pictures')).toEqual({ position: 0, step: { step: 1 } });
    agenda.settle({ position: 0, step: { step: 1 } }, succeeded);
    expect([agenda.needs('all'), agenda.needs('pictures')]).toEqual([false, false]);
  });
});

describe('a call that is put back', () => {
  it('is the next one of its page, and says how often its worker was lost with it', () => {
    const agenda = createPageAgenda({ ...page(2), missing: [1] });
    const call = agenda.take();
    expect(agenda.waiting()).toBe(0);
    if (call === undefined) throw new Error('there is no call');
    expect(agenda.putBack(call, false)).toBe(false);
    expect(agenda.waiting()).toBe(1);
    const again = agenda.take();
    expect(again).toEqual({ position: 1, again: 0 });
    agenda.putBack({ position: 1, again: 0 }, true);
    expect(agenda.take()).toEqual({ position: 1, again: 1 });
  });

  it('of a chain keeps its item open, unless that has failed meanwhile', () => {
    const agenda = createPageAgenda(page(2, [0]));
    const first = { position: 0, step: { step: 0 } };
    expect(agenda.take()).toEqual(first);
    agenda.putBack(first, false);
    expect(agenda.take()).toEqual({ ...first, again: 0 });
    agenda.settle(first, succeeded);
    const [b, c] = [agenda.take(), agenda.take()];
    if (b === undefined || c === undefined) throw new Error('there are no calls');
    expect(agenda.settle(b, { kind: 'failed' })).toBe(false);
    expect(agenda.putBack(c, false)).toBe(true);
    expect(agenda.waiting()).toBe(0);
  });

  it('of a chain that has failed is made again where it may have been charged', () => {
    const agenda = createPageAgenda(page(2, [0]));
    agenda.take();
    agenda.settle({ position: 0, step: { step: 0 } }, succeeded);
    const [b, c] = [agenda.take(), agenda.take()];
    if (b === undefined || c === undefined) throw new Error('there are no calls');
    agenda.putBack(c, true);
    expect(agenda.settle(b, { kind: 'failed' })).toBe(false);
    expect(agenda.take()).toEqual({ ...c, again: 1 });
    expect(agenda.settle(c, succeeded)).toBe(true);
  });
});
