import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount } from '../../src/pollen/amount.ts';
import { chargeOf, maximumCharge, priceOfAnswer, type Rounding } from '../../src/pollen/charge.ts';
import type { Rates } from '../../src/pollen/prices.ts';

const reasoningUsage = { promptTextTokens: 258, completionTextTokens: 185, completionReasoningTokens: 1280 };

// Rates of up to 12 decimals, so that terms fall between units of 1e-8.
const rate = fc.integer({ min: 0, max: 9_999_999 }).map((digits) => `${digits}e-12`);
const rounding = fc.constantFrom<Rounding>('each', 'once');
// Few tokens show the rounding of single terms, many the sum.
const tokens = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 100_000 }));

describe('the charge of an answer', () => {
  it.each(['each', 'once'] as const)('matches what the ledger took, rounding %s', (when) => {
    const january2026 = { promptTextTokens: '1.5e-7', completionTextTokens: '6e-7' };
    const october2025 = { promptTextTokens: '2.5e-7', completionTextTokens: '2e-6' };
    expect(formatAmount(chargeOf(reasoningUsage, january2026, when))).toBe('0.0009177');
    expect(formatAmount(chargeOf(reasoningUsage, october2025, when))).toBe('0.0029945');
    expect(
      formatAmount(chargeOf({ completionImageTokens: 1 }, { completionImageTokens: '0.0002' }, when)),
    ).toBe('0.0002');
  });

  it('takes the rate for reasoning tokens where the list names one', () => {
    const rates = { completionTextTokens: '1e-6', completionReasoningTokens: '2e-6' };
    expect(chargeOf({ completionTextTokens: 1, completionReasoningTokens: 1 }, rates, 'once')).toBe(300n);
  });

  it('rounds every term in the old ledger and the sum alone in the new one', () => {
    const usage = { promptTextTokens: 1, promptCachedTokens: 1, completionTextTokens: 1 };
    const rates = { promptTextTokens: '4e-9', promptCachedTokens: '4e-9', completionTextTokens: '4e-9' };
    expect(chargeOf(usage, rates, 'each')).toBe(0n);
    expect(chargeOf(usage, rates, 'once')).toBe(1n);
  });

  it('rounds once: what is below a half at the ninth place is not made one by rounding there first', () => {
    expect(chargeOf({ promptTextTokens: 1 }, { promptTextTokens: '1.46e-8' }, 'once')).toBe(1n);
    expect(chargeOf({ promptTextTokens: 1 }, { promptTextTokens: '1.46e-8' }, 'each')).toBe(1n);
  });

  it('counts seconds that are fractions exactly', () => {
    expect(chargeOf({ completionVideoSeconds: 5.1 }, { completionVideoSeconds: '0.025' }, 'once')).toBe(
      12_750_000n,
    );
  });

  it('costs nothing for a free model or for types without a rate', () => {
    expect(chargeOf(reasoningUsage, {}, 'each')).toBe(0n);
    expect(chargeOf({ promptCachedTokens: 9 }, { promptTextTokens: '1e-6' }, 'each')).toBe(0n);
  });

  it('never falls when more is used', () => {
    fc.assert(
      fc.property(
        rate,
        rate,
        tokens,
        tokens,
        tokens,
        rounding,
        (prompt, completion, used, said, more, when) => {
          const rates = { promptTextTokens: prompt, completionTextTokens: completion };
          const less = chargeOf({ promptTextTokens: used, completionTextTokens: said }, rates, when);
          const greater = chargeOf(
            { promptTextTokens: used + more, completionTextTokens: said },
            rates,
            when,
          );
          expect(greater).toBeGreaterThanOrEqual(less);
        },
      ),
    );
  });

  it('adds up without drift where floats do not', () => {
    const each = chargeOf({ completionImageTokens: 1 }, { completionImageTokens: '0.0002' }, 'once');
    expect(formatAmount(each * 100_000n)).toBe('20');
  });
});

describe('the maximum charge of a call', () => {
  it('bounds a text call by its bytes and its max_tokens at the dearest rates', () => {
    const rates = { promptTextTokens: '1.5e-7', promptCachedTokens: '4e-8', completionTextTokens: '6e-7' };
    expect(maximumCharge({ kind: 'text', promptBytes: 100, maxTokens: 300 }, rates, 'each')).toBe(19_500n);
  });

  it('is never below the charge, however the tokens are split', () => {
    const rates: fc.Arbitrary<Rates> = fc.record({
      promptTextTokens: rate,
      promptCachedTokens: rate,
      promptCacheWriteTokens: rate,
      completionTextTokens: rate,
      completionReasoningTokens: rate,
    });
    fc.assert(
      fc.property(
        rates,
        fc.array(tokens, { minLength: 5, maxLength: 5 }),
        rounding,
        (prices, split, when) => {
          const [fresh = 0, cached = 0, written = 0, said = 0, thought = 0] = split;
          const usage = {
            promptTextTokens: fresh,
            promptCachedTokens: cached,
            promptCacheWriteTokens: written,
            completionTextTokens: said,
            completionReasoningTokens: thought,
          };
          const use = {
            kind: 'text',
            promptBytes: fresh + cached + written,
            maxTokens: said + thought,
          } as const;
          expect(maximumCharge(use, prices, when)).toBeGreaterThanOrEqual(chargeOf(usage, prices, when));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves room for terms that are rounded up one by one', () => {
    const rates = { promptTextTokens: '6e-9', promptCachedTokens: '6e-9' };
    const charge = chargeOf({ promptTextTokens: 1, promptCachedTokens: 1 }, rates, 'each');
    expect(charge).toBe(2n);
    const use = { kind: 'text', promptBytes: 2, maxTokens: 0 } as const;
    expect(maximumCharge(use, rates, 'each')).toBeGreaterThanOrEqual(charge);
  });

  it('is unknown without max_tokens, with media in the prompt, or where images are made by text models', () => {
    const rates = { promptTextTokens: '1e-7', completionTextTokens: '6e-7' };
    expect(
      maximumCharge({ kind: 'text', promptBytes: 100, maxTokens: undefined }, rates, 'each'),
    ).toBeUndefined();
    expect(
      maximumCharge({ kind: 'text', promptBytes: undefined, maxTokens: 10 }, rates, 'each'),
    ).toBeUndefined();
    expect(
      maximumCharge(
        { kind: 'text', promptBytes: 1, maxTokens: 1 },
        { completionImageTokens: '1e-6' },
        'each',
      ),
    ).toBeUndefined();
  });

  it('needs no max_tokens for a model that charges for the prompt alone', () => {
    const use = { kind: 'text', promptBytes: 10, maxTokens: undefined } as const;
    expect(maximumCharge(use, { promptTextTokens: '1e-6', completionTextTokens: '0' }, 'once')).toBe(1000n);
  });

  it('is zero for a free model', () => {
    expect(maximumCharge({ kind: 'image' }, {}, 'each')).toBe(0n);
    expect(maximumCharge({ kind: 'text', promptBytes: 1, maxTokens: undefined }, {}, 'each')).toBe(0n);
  });

  it('is the flat price of an image, and unknown for prices per token', () => {
    expect(maximumCharge({ kind: 'image' }, { completionImageTokens: '0.0001' }, 'once')).toBe(10_000n);
    expect(maximumCharge({ kind: 'image' }, { completionImageTokens: '3e-5' }, 'once')).toBeUndefined();
    const tokenPriced = { promptTextTokens: '2e-6', completionImageTokens: '0.04' };
    expect(maximumCharge({ kind: 'image' }, tokenPriced, 'once')).toBeUndefined();
  });
});

describe('the price of an answer', () => {
  it('is the flat list price for an image whose cached answer tells no usage', () => {
    expect(priceOfAnswer('image', {}, { completionImageTokens: '0.0002' }, 'each')).toBe(20_000n);
  });

  it('is unknown where neither usage nor a flat price tells it', () => {
    expect(priceOfAnswer('image', {}, { completionImageTokens: '8e-6' }, 'each')).toBeUndefined();
    expect(priceOfAnswer('text', {}, { completionTextTokens: '6e-7' }, 'each')).toBeUndefined();
  });

  it('follows the usage where there is one', () => {
    expect(
      priceOfAnswer('image', { completionImageTokens: 1290 }, { completionImageTokens: '3e-5' }, 'once'),
    ).toBe(3_870_000n);
  });
});
