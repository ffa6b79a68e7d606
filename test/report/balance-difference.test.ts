import { describe, expect, it } from 'vitest';

import { differenceOf, type Balances } from '../../src/report/balance-difference.ts';

// 10 are known, and up to 5 more may have been charged.
const range = { settled: 10n, most: 15n };
const of = (balances: Omit<Balances, 'start'>, own: Parameters<typeof differenceOf>[1] = range) => {
  const found = differenceOf({ start: 100n, ...balances }, own);
  return found.kind === 'proved' ? found.cost : found.reason;
};

describe('how far a balance has moved', () => {
  it('is what the run has cost, where it can have cost that and nothing has moved it since the end', () => {
    for (const cost of [10n, 12n, 15n]) expect(of({ end: 100n - cost, now: 100n - cost })).toBe(cost);
    expect(of({ end: 20n, now: 20n }, { settled: 10n, most: undefined })).toBe(80n);
  });

  it('is so by what it is now, where a charge came after the end', () => {
    expect(of({ end: 93n, now: 88n })).toBe(12n);
  });

  it('is in doubt, where both readings can be right and differ', () => {
    expect(of({ end: 89n, now: 88n })).toBe('balance-doubt');
    expect(of({ end: 90n, now: 85n })).toBe('balance-doubt');
  });

  it('proves by its end alone no more than that so much was charged: the rest may come later', () => {
    expect(of({ end: 90n, now: 60n })).toBe('balance-doubt');
    // All that may have been charged was, and whatever came later is not of the run.
    expect(of({ end: 85n, now: 60n })).toBe(15n);
  });

  it('proves without a reading at the end no more than that nothing unknown was charged: later use is in it', () => {
    expect(of({ now: 90n })).toBe(10n);
    for (const now of [89n, 88n, 85n, 84n, 20n]) expect(of({ now })).toBe('balance-doubt');
    expect(of({ now: 91n })).toBe('balance-moved');
    expect(of({ now: 120n })).toBe('balance-moved');
    expect(of({ now: 100n }, { settled: 0n, most: 5n })).toBe('no-proof');
  });

  it('proves nothing where the run cannot have cost that', () => {
    expect(of({ end: 84n, now: 84n })).toBe('balance-moved');
    expect(of({ end: 93n, now: 84n })).toBe('balance-moved');
    expect(of({ end: 95n, now: 95n })).toBe('balance-moved');
  });

  it('proves nothing by a balance that was topped up since', () => {
    expect(of({ end: 84n, now: 88n })).toBe('balance-moved');
    expect(of({ end: 88n, now: 89n })).toBe('balance-doubt');
    expect(of({ end: 85n, now: 500n })).toBe(15n);
  });

  it('proves nothing where it has not moved at all: nothing shows that calls move it', () => {
    expect(of({ end: 100n, now: 100n }, { settled: 0n, most: 5n })).toBe('no-proof');
    expect(of({ end: 99n, now: 99n }, { settled: 0n, most: 5n })).toBe(1n);
  });
});
