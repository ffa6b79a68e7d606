import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { priceOfAnswer } from '../../src/pollen/charge.ts';
import { USAGE_TYPES } from '../../src/pollen/usage.ts';
import { priceOf, readBilled, readUnits, writeUnits } from '../../src/verify/money.ts';

describe('the money of who verifies', () => {
  it('comes to what the ledger of Pollinations has charged', () => {
    const usage = { promptTextTokens: 258, completionTextTokens: 185, completionReasoningTokens: 1280 };
    const later = { promptTextTokens: '0.00000015', completionTextTokens: '0.0000006' };
    const seed = { promptTextTokens: '2.5e-7', completionTextTokens: '0.000002' };
    expect(priceOf('text', usage, later, true)).toBe(91_770n);
    expect(priceOf('text', usage, seed, true)).toBe(299_450n);
    expect(priceOf('image', { completionImageTokens: 1 }, { completionImageTokens: '0.0002' }, false)).toBe(
      20_000n,
    );
  });

  it('is what the product comes to by other code, whatever was used', () => {
    const type = fc.constantFrom(...USAGE_TYPES);
    const usage = fc.dictionary(type, fc.oneof(fc.nat(2_000_000), fc.constantFrom(0.5, 1.25)), {
      maxKeys: 5,
    });
    const rate = fc.tuple(fc.nat(9_999), fc.integer({ min: 0, max: 14 })).map(([n, p]) => `${n}e-${p}`);
    const rates = fc.dictionary(type, rate, { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom('text', 'image'),
        usage,
        rates,
        fc.boolean(),
        (kind, used, priced, each) => {
          const theirs = priceOfAnswer(kind, used, priced, each ? 'each' : 'once');
          expect(priceOf(kind, used, priced, each)).toBe(theirs);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads what the product writes, and nothing that it would not write', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (units) => {
        expect(readUnits(formatAmount(units))).toBe(units);
        expect(writeUnits(units)).toBe(formatAmount(units));
        expect(parseAmount(writeUnits(units))).toBe(units);
      }),
    );
    const wrong = [
      0.1,
      '0.10',
      '1e-8',
      '-1',
      '01',
      '.5',
      '0.123456789',
      '0.30000000000000004',
      '',
      null,
      undefined,
    ];
    expect(wrong.map(readUnits)).toEqual(wrong.map(() => undefined));
    expect(['1e-8', '0.000000014', '2.5', '0.000000015'].map(readBilled)).toEqual([1n, 1n, 250_000_000n, 2n]);
  });
});
