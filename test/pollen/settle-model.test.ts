import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Amount } from '../../src/pollen/amount.ts';
import { sumCharges, type Costs } from '../../src/pollen/bill.ts';
import { settleAttempts, type CacheMode } from '../../src/pollen/settle.ts';
import { createApiModel, type ApiModel, type ModelEvent } from '../support/api-model.ts';

const modes = ['exact', 'paid-hit', 'none'] as const satisfies readonly CacheMode[];
const ownEvents = ['refused', 'unsent', 'unheard', 'answered', 'ends'] as const satisfies ModelEvent[];

interface Step {
  readonly call: number;
  readonly event: ModelEvent;
}

/** Calls of one run that send the same bytes, and whether others may send them too. */
interface World {
  readonly calls: number;
  readonly shared: boolean;
}

const alone: World = { calls: 1, shared: false };
const amongOthers: World = { calls: 3, shared: true };

const schedules = ({ calls, shared }: World): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      call: fc.integer({ min: 0, max: calls - 1 }),
      event: fc.constantFrom<ModelEvent>(...ownEvents, ...(shared ? (['other'] as const) : [])),
    }),
    { maxLength: 14 },
  );

const prices = fc.record({ price: fc.bigInt(1n, 1_000n), slack: fc.bigInt(0n, 1_000n), typed: fc.boolean() });

interface Settled extends Costs {
  readonly truth: Amount;
  readonly model: ApiModel;
  readonly price: Amount;
  readonly maximum: Amount;
}

function settle(
  mode: CacheMode,
  world: World,
  steps: readonly Step[],
  { price, slack, typed }: { readonly price: Amount; readonly slack: Amount; readonly typed: boolean },
): Settled {
  const model = createApiModel({ mode, price, maximum: price + slack, typed });
  for (const { call, event } of steps) model.step(call, event);
  const charges = Array.from({ length: world.calls }, (_, call) =>
    settleAttempts({ mode, sharedDigest: world.shared, attempts: model.attempts(call) }),
  ).flat();
  return { ...sumCharges(charges), truth: model.billed(), model, price, maximum: price + slack };
}

function check(mode: CacheMode, world: World, judge: (settled: Settled) => void): void {
  fc.assert(
    fc.property(schedules(world), prices, (steps, money) => {
      judge(settle(mode, world, steps, money));
    }),
    { numRuns: 2_000 },
  );
}

function expectWithin({ settled, unknown, truth }: Settled): void {
  expect(settled).toBeLessThanOrEqual(truth);
  expect(truth).toBeLessThanOrEqual(settled + (unknown.atMost ?? 0n));
}

describe.each(modes)('what was billed, where the cache is %s', (mode) => {
  it('lies between what is settled and the bound of what is unknown, however attempts end', () => {
    check(mode, alone, expectWithin);
  });

  it('does so too for several calls of the same bytes, which others send as well', () => {
    check(mode, amongOthers, expectWithin);
  });

  it('is known to the last unit where no answer was lost and hits say where they come from', () => {
    check(mode, alone, (all) => {
      const attempts = all.model.attempts(0);
      const isTold = attempts.every(
        (attempt) => attempt.kind !== 'answered' || attempt.cache.status !== 'hit' || attempt.cache.type,
      );
      if (attempts.some(({ kind }) => kind === 'lost') || !isTold) return;
      expect(all).toMatchObject({ settled: all.truth, unknown: { count: 0 } });
    });
  });
});

describe('what was billed, where hits are free and every generation is kept', () => {
  it('is known to the last unit as soon as one answer has come, whatever was lost before it or after', () => {
    check('exact', alone, (all) => {
      if (!all.model.attempts(0).some(({ kind }) => kind === 'answered')) return;
      expect(all).toMatchObject({ settled: all.truth, unknown: { count: 0 } });
    });
  });

  it('is one price at most for all calls of the same bytes', () => {
    check('exact', amongOthers, ({ settled, price }) => {
      expect(settled).toBeLessThanOrEqual(price);
    });
  });
});

describe.each(['exact', 'paid-hit'] as const)(
  'what was billed, where calls share generations (%s)',
  (mode) => {
    it('is one price at most, with all that is unknown, as soon as one answer has come', () => {
      check(mode, alone, ({ model, settled, unknown, price }) => {
        if (!model.attempts(0).some(({ kind }) => kind === 'answered')) return;
        expect(settled + (unknown.atMost ?? 0n)).toBeLessThanOrEqual(price);
      });
    });
  },
);

describe('what was billed, where every generation is kept (exact)', () => {
  it('is one highest price at most, with all that is unknown, however many answers were lost', () => {
    check('exact', alone, ({ settled, unknown, maximum }) => {
      expect(settled + (unknown.atMost ?? 0n)).toBeLessThanOrEqual(maximum);
    });
  });
});

describe('what was billed, where nothing is shared', () => {
  it('is unknown once for each answer that was lost, and for no other', () => {
    check('none', alone, ({ model, unknown }) => {
      const lost = model.attempts(0).filter(({ kind }) => kind === 'lost');
      expect(unknown.count).toBe(lost.length);
    });
  });
});
