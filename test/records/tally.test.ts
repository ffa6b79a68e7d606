import { assert, bigInt, nat, option, property, record, type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { addTallies, emptyTally, settledItems, tallyOf, type Tally } from '../../src/records/tally.ts';
import { formatAmount } from '../../src/pollen/amount.ts';
import { receiptOf } from '../../src/records/record.ts';
import { failed, succeeded } from '../support/samples.ts';

const count = nat(1_000);
const amount = bigInt(0n, 10n ** 15n).map(formatAmount);
const tallies: Arbitrary<Tally> = record({
  succeeded: count,
  failed: count,
  cancelled: count,
  settled: amount,
  unknown: record({ count, atMost: option(amount) }),
  throttled: count,
});

describe('tallies', () => {
  it('add up the same in any order and grouping, to the last 1e-8', () => {
    assert(
      property(tallies, tallies, tallies, (one, two, three) => {
        expect(addTallies(one, two)).toEqual(addTallies(two, one));
        expect(addTallies(addTallies(one, two), three)).toEqual(addTallies(one, addTallies(two, three)));
        expect(addTallies(one, emptyTally)).toEqual(one);
      }),
    );
  });

  it('are not rounded as floating point would', () => {
    const tenth = { ...emptyTally, settled: '0.1' };
    expect(addTallies(addTallies(tenth, tenth), tenth).settled).toBe('0.3');
  });

  it('lose their upper bound with the first charge that has none', () => {
    const unbounded = { ...emptyTally, unknown: { count: 1, atMost: null } };
    const bounded = { ...emptyTally, unknown: { count: 1, atMost: '0.5' } };
    expect(addTallies(bounded, unbounded).unknown).toEqual({ count: 2, atMost: null });
  });

  it('count an item once, by its receipt', () => {
    expect(tallyOf(receiptOf(succeeded({ throttled: 2 }), 'key'))).toEqual({
      ...emptyTally,
      succeeded: 1,
      settled: '0.00005',
      throttled: 2,
    });
    const sum = addTallies(tallyOf(receiptOf(failed(), 'key')), { ...emptyTally, cancelled: 1 });
    expect(settledItems(sum)).toBe(2);
  });
});
