import { describe, expect, it } from 'vitest';

import { unaffordable } from '../../src/activities/affordable.ts';
import type { AttemptEffect } from '../../src/activities/attempt-history.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import { api, sampleNote } from '../support/samples.ts';

const budget = { amount: '1', onExceeded: 'pause' } as const;
const lost: AttemptEffect = { kind: 'lost' };
const refused: AttemptEffect = { kind: 'refused' };

function refusal(
  effects: readonly AttemptEffect[],
  cacheMode: CacheMode,
  isBounded = true,
  maximum: string | null = '0.5',
) {
  const notes = effects.map((effect, index) => sampleNote(index + 1, { effect }));
  const plan = { api: { ...api, cacheMode }, ...(isBounded ? { budget } : {}) };
  return unaffordable(plan, { maximum }, { seen: notes.length, throttled: 0, throttledInRow: 0, notes })
    ?.code;
}

describe('a call that nothing bounds', () => {
  it.each(['exact', 'paid-hit', 'none'] as const)('is not sent under a budget (%s)', (mode) => {
    expect(refusal([], mode, true, null)).toBe('budget-unbounded');
    expect(refusal([], mode, false, null)).toBeUndefined();
  });
});

describe('a call under a budget, where the API has no cache', () => {
  it('is sent once more when its answer was lost, and no oftener', () => {
    expect(refusal([lost], 'none')).toBeUndefined();
    expect(refusal([lost, refused, refused], 'none')).toBeUndefined();
    expect(refusal([lost, refused, lost], 'none')).toBe('lost-twice');
  });

  it('is sent as often as any other without a budget, or where tries share one generation', () => {
    expect(refusal([lost, lost, lost], 'none', false)).toBeUndefined();
    expect(refusal([lost, lost, lost], 'exact')).toBeUndefined();
    expect(refusal([lost, lost, lost], 'paid-hit')).toBeUndefined();
  });
});
