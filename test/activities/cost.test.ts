import { describe, expect, it } from 'vitest';

import type { AttemptEffect } from '../../src/activities/attempt-history.ts';
import { chargeAttempts, type CostContext } from '../../src/activities/cost.ts';
import { sampleNote } from '../support/samples.ts';

const context: CostContext = { cacheMode: 'exact', maximum: '0.5', shared: false };
const answered = (price: string, status: 'hit' | 'miss' = 'miss'): AttemptEffect => ({
  kind: 'answered',
  price,
  cache: { status },
});
const lost: AttemptEffect = { kind: 'lost' };

function charge(effects: readonly AttemptEffect[], changes: Partial<CostContext> = {}) {
  const notes = effects.map((effect, index) => sampleNote(index + 1, { effect }));
  return chargeAttempts(notes, { ...context, ...changes });
}

describe('the cost of an item', () => {
  it('is the sum of its attempts, refused ones free', () => {
    const { attempts, cost } = charge([{ kind: 'refused' }, answered('0.0001'), answered('0.0002')]);
    expect(attempts.map((attempt) => attempt.charge.certainty)).toEqual(['free', 'exact', 'exact']);
    expect(cost).toEqual({ settled: '0.0003', unknown: { count: 0, atMost: '0' } });
  });

  it('is exact where a hit shows what became of a lost answer', () => {
    const { attempts, cost } = charge([lost, answered('0.0001', 'hit')]);
    expect(attempts.map((attempt) => attempt.charge)).toEqual([
      { amount: '0', certainty: 'free' },
      { amount: '0.0001', certainty: 'exact' },
    ]);
    expect(cost.unknown.count).toBe(0);
  });

  it('holds the highest price once for all answers that stay lost, as they are of one generation', () => {
    expect(charge([lost, lost]).cost).toEqual({ settled: '0', unknown: { count: 1, atMost: '0.5' } });
  });

  it('has no upper bound once one unknown charge has none', () => {
    expect(charge([lost], { maximum: null }).cost).toEqual({
      settled: '0',
      unknown: { count: 1, atMost: null },
    });
  });

  it('stays unknown where the hit may be the charge of another call with the same bytes', () => {
    const { cost } = charge([lost, answered('0.0001', 'hit')], { shared: true });
    expect(cost).toEqual({ settled: '0', unknown: { count: 1, atMost: '0.0001' } });
  });

  it('keeps what the attempts were, with the cache status of answers', () => {
    const { attempts } = charge([{ kind: 'refused' }, answered('0.0001')]);
    expect(attempts[0]).toEqual({
      attempt: 1,
      at: expect.any(String),
      code: 'server-error',
      charge: expect.anything(),
    });
    expect(attempts[1]).toMatchObject({ cache: { status: 'miss' } });
  });
});
