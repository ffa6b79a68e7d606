import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, parseBalance } from '../../src/pollen/amount.ts';

describe('amounts', () => {
  it.each([
    ['2.5', 250_000_000n],
    ['0', 0n],
    ['1.5e-7', 15n],
    ['2E2', 20_000_000_000n],
    ['0.0009177', 91_770n],
    ['123456789012345678901234567890', 12345678901234567890123456789000000000n],
  ])('reads %s exactly', (text, amount) => {
    expect(parseAmount(text)).toBe(amount);
  });

  it.each([
    ['0.000000005', 1n],
    ['0.0000000049999', 0n],
    ['1.234567885', 123_456_789n],
    ['2.5e-9', 0n],
  ])('rounds %s half up at 1e-8', (text, amount) => {
    expect(parseAmount(text)).toBe(amount);
  });

  it.each([
    '',
    '-1',
    '+1',
    ' 1',
    '1 ',
    '.5',
    '5.',
    '1,5',
    'NaN',
    'Infinity',
    '0x10',
    '1e',
    '1e9999',
    '1_000',
  ])('refuses %j', (text) => {
    expect(() => parseAmount(text)).toThrow(RangeError);
  });

  it.each([
    [91_770n, '0.0009177'],
    [0n, '0'],
    [1n, '0.00000001'],
    [250_000_000n, '2.5'],
    [100_000_000n, '1'],
    [-150_000_000n, '-1.5'],
  ])('writes %s as the shortest decimal', (amount, text) => {
    expect(formatAmount(amount)).toBe(text);
  });

  it('reads balances, which may be below zero, to the nearest unit', () => {
    expect(parseBalance('-0.01')).toBe(-1_000_000n);
    expect(parseBalance('9.999999999999998')).toBe(1_000_000_000n);
    expect(parseBalance('-1.5e-7')).toBe(-15n);
    expect(() => parseBalance('--1')).toThrow(RangeError);
  });

  it('reads back every amount it writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (amount) => {
        expect(parseAmount(formatAmount(amount))).toBe(amount);
      }),
    );
  });
});
