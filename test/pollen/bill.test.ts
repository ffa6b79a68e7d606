import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount } from '../../src/pollen/amount.ts';
import { sumCharges } from '../../src/pollen/bill.ts';
import type { Charge } from '../../src/pollen/settle.ts';

const exact = (amount: string): Charge => ({ amount, certainty: 'exact' });
const unknown = (amount: string | null): Charge => ({ amount, certainty: 'unknown' });
const free: Charge = { amount: '0', certainty: 'free' };

describe('a sum of charges', () => {
  it('keeps what is settled and what is unknown apart', () => {
    const costs = sumCharges([exact('0.0009177'), exact('0.0002'), free, unknown('0.01')]);
    expect(costs).toEqual({ settled: 111_770n, unknown: { count: 1, atMost: 1_000_000n } });
  });

  it('has no upper bound as soon as one charge has none', () => {
    const charges = [unknown('0.1'), unknown(null), unknown('0.2')];
    expect(sumCharges(charges).unknown).toEqual({ count: 3, atMost: undefined });
  });

  it('is the same whatever the order of its charges', () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }));
    fc.assert(
      fc.property(amounts, (list) => {
        const charges = list.map((amount) => exact(formatAmount(amount)));
        expect(sumCharges(charges).settled).toBe(list.reduce((sum, amount) => sum + amount, 0n));
        expect(sumCharges(charges.toReversed())).toEqual(sumCharges(charges));
      }),
    );
  });
});
