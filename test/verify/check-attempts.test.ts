import { describe, expect, it } from 'vitest';

import type { AttemptRecord } from '../../src/records/record.ts';
import { costOf } from '../../src/records/tally.ts';
import { checkAttempts, type Paid } from '../../src/verify/check-attempts.ts';
import { createFindings } from '../../src/verify/findings.ts';
import { samplePlan } from '../support/samples.ts';

const at = '2026-01-02T03:04:05.000Z';
const paid: Paid = { kind: 'text', model: 'openai', shared: false, maximum: '0.5' };
const free = { amount: '0', certainty: 'free' } as const;
const exact = { amount: '0.002', certainty: 'exact' } as const;
const hit: AttemptRecord = {
  attempt: 2,
  at,
  code: 'answered',
  status: 200,
  cache: { status: 'hit', type: 'EXACT' },
  charge: exact,
};
const refused: AttemptRecord = { attempt: 1, at, code: 'bad-request', status: 422, charge: free };
const lost: AttemptRecord = { attempt: 1, code: 'lost-worker', charge: free };

function codesOf(attempts: readonly AttemptRecord[], changes: Partial<Paid> = {}): readonly string[] {
  const findings = createFindings();
  const record = { attempts, cost: costOf(attempts) };
  checkAttempts(findings, 'record', samplePlan(), record, { ...paid, ...changes });
  return findings.all().map(({ code }) => code);
}

describe('the attempts of a call', () => {
  it('are listed once each, and a hole that a lost worker left has no time to tell it by', () => {
    expect(codesOf([{ ...hit, cache: { status: 'miss' } }])).toEqual([]);
    expect(codesOf([hit, hit].map((attempt) => ({ ...attempt, cache: { status: 'miss' } })))).toEqual([
      'attempt-doubled',
    ]);
    expect(codesOf([lost, lost])).toEqual([]);
  });

  it('pay for no answer of the cache, but for one that may be that of an answer which was lost', () => {
    expect(codesOf([hit])).toEqual(['charge-wrong']);
    expect(codesOf([refused, hit])).toEqual(['charge-wrong']);
    expect(
      codesOf([
        { ...hit, attempt: 1, charge: free },
        { ...hit, charge: free },
      ]),
    ).toEqual([]);
    expect(codesOf([lost, hit])).toEqual([]);
    expect(codesOf([{ ...refused, code: 'gateway', status: 502 }, hit])).toEqual([]);
    expect(codesOf([refused, hit], { shared: true })).toEqual([]);
  });

  it('are unknown up to the most of their call', () => {
    const unknown = (amount: string): AttemptRecord => ({
      ...lost,
      charge: { amount, certainty: 'unknown' },
    });
    expect(codesOf([unknown('0.5')])).toEqual([]);
    expect(codesOf([unknown('0.50000001')])).toEqual(['charge-wrong']);
    expect(codesOf([unknown('5')], { maximum: null })).toEqual([]);
  });

  it('add up to their cost', () => {
    const findings = createFindings();
    const cost = { settled: '0.00200001', unknown: { count: 0, atMost: '0' } };
    checkAttempts(findings, 'record', samplePlan(), { attempts: [hit], cost }, undefined);
    expect(findings.all()).toMatchObject([{ code: 'sum-wrong', found: '0.00200001 Pollen' }]);
  });
});
