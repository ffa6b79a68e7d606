import { describe, expect, it } from 'vitest';

import { parseBalance } from '../../src/pollen/amount.ts';
import { balanceIn, compareBalance } from '../../src/verify/balance.ts';
import { createFindings } from '../../src/verify/findings.ts';
import { readBalance } from '../../src/verify/money.ts';

// 10 units are known, and up to 5 more may have been charged.
const sum = { settled: 10n, count: 1, atMost: 5n };

function driftOf(balances: { readonly end?: bigint; readonly now: bigint }, own = sum) {
  const findings = createFindings();
  const line = compareBalance(findings, { start: 100n, ...balances }, own);
  expect(findings.all()).toHaveLength(line.drift === '0' ? 0 : 1);
  return line.drift;
}

describe('what has gone from the balance of a run’s key', () => {
  it('agrees with the bill, where unknown charges cover it', () => {
    for (const gone of [10n, 12n, 15n]) expect(driftOf({ end: 100n - gone, now: 100n - gone })).toBe('0');
    expect(driftOf({ now: 88n })).toBe('0');
    expect(driftOf({ end: 20n, now: 20n }, { ...sum, atMost: undefined as never })).toBe('0');
  });

  it('drifts where more had gone at the end, or less has gone until now', () => {
    expect(driftOf({ end: 84n, now: 84n })).toBe('0.00000001');
    expect(driftOf({ end: 91n, now: 91n })).toBe('-0.00000001');
    expect(driftOf({ now: 91n })).toBe('-0.00000001');
  });

  it('does not drift by a charge that came after the end, by later use, or by a later top-up', () => {
    expect(driftOf({ end: 93n, now: 88n })).toBe('0');
    expect(driftOf({ end: 88n, now: 20n })).toBe('0');
    expect(driftOf({ end: 88n, now: 500n })).toBe('0');
    expect(driftOf({ end: 84n, now: 500n })).toBe('0.00000001');
    // Without a balance of the end, nothing tells later use from the run's.
    expect(driftOf({ now: 84n })).toBe('0');
    expect(driftOf({ now: 20n })).toBe('0');
  });

  it('is read apart from the code that has written it, and alike', () => {
    for (const text of ['0', '2.5', '-0.01', '1e-8', '9.999999999999998', '-1.5e-7', '123456789.00000001']) {
      expect(readBalance(text)).toBe(parseBalance(text));
    }
    const findings = createFindings();
    expect(balanceIn(findings, 'begun.json', { balance: { at: '', pollen: '-1.5', keyDigest: '0a' } })).toBe(
      -150_000_000n,
    );
    expect(balanceIn(findings, 'begun.json', { version: 1 })).toBeUndefined();
    expect(findings.all()).toEqual([]);
    for (const balance of [null, { at: '', pollen: '5' }, { at: '', pollen: 5, keyDigest: '0a' }]) {
      expect(balanceIn(findings, 'begun.json', { balance })).toBeUndefined();
    }
    const malformed = { code: 'money-malformed', object: 'begun.json' };
    expect(findings.all()).toMatchObject([malformed, malformed, malformed]);
  });
});
