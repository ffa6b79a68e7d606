import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareDecimals, parseDecimal } from '../../../src/gallery/page/model/decimal.ts';

// Minus nothing is nothing.
const compare = (left: string, right: string): number =>
  Math.sign(compareDecimals(parseDecimal(left), parseDecimal(right))) || 0;

describe('compareDecimals', () => {
  it('tells amounts apart that are the same as floats', () => {
    expect(compare('0.10000000000000000001', '0.1')).toBe(1);
    expect(compare('9007199254740993', '9007199254740992')).toBe(1);
  });

  it('takes amounts for equal that are only written otherwise', () => {
    expect(compare('0.50', '.5')).toBe(0);
    expect(compare('007', '7.000')).toBe(0);
    expect(compare('-0', '0.0')).toBe(0);
  });

  it('puts what is no decimal first', () => {
    expect(compare('1e3', '-5')).toBe(-1);
    expect(compare('', '0')).toBe(-1);
    expect(compare('.', 'x')).toBe(0);
  });

  it('has the order of the numbers themselves', () => {
    const units = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
    fc.assert(
      fc.property(units, units, (left, right) => {
        expect(compare(decimalOf(left), decimalOf(right))).toBe(left < right ? -1 : Number(left > right));
      }),
    );
  });
});

/** A number of units of 1e-8 as decimal text. */
function decimalOf(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(9, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}
