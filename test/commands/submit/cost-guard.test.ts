import { describe, expect, it } from 'vitest';

import { checkCost, unconfirmed, type CostLimits } from '../../../src/commands/submit/cost-guard.ts';
import type { Outlook } from '../../../src/commands/plan/outlook.ts';
import { PollenBatchError } from '../../../src/errors.ts';

function outlook(atMost: string, unbounded = 0): Outlook {
  const estimate = { atLeast: '0', likely: '0', atMost, unbounded, unknown: 0, free: 0 };
  return {
    items: 3,
    reused: 0,
    calls: 3,
    estimate,
    models: [{ kind: 'text', model: 'openai', calls: 3, reused: 0, ...estimate }],
    time: { seconds: 0, lanes: [] },
    emulated: false,
    gates: {},
  };
}

function refusal(given: Outlook, limits: Partial<CostLimits>): PollenBatchError | string | undefined {
  try {
    return checkCost(given, { isConfirmed: false, ...limits });
  } catch (error) {
    if (error instanceof PollenBatchError) return error;
    throw error;
  }
}

describe('the guard of costs', () => {
  it('lets a run go that costs no more than is allowed, to the last digit', () => {
    expect(refusal(outlook('0.5'), { maxCost: '0.50' })).toBeUndefined();
    expect(refusal(outlook('0.50000001'), { maxCost: '0.5' })).toMatchObject({
      code: 'too-dear',
      message: 'the job may cost 0.50000001 Pollen, and --max-cost allows 0.5',
      details: ['openai (text): 3 calls, at most 0.50000001 Pollen'],
    });
  });

  it('refuses what nothing bounds, and says which calls and what to do', () => {
    expect(refusal(outlook('0', 2), { maxCost: '100' })).toMatchObject({
      code: 'too-dear',
      message: 'no bound is known of what 2 calls may cost',
      details: ['openai (text): 2 calls without a known bound'],
      remedy: expect.stringContaining('max_tokens'),
    });
  });

  it('lets what is reused and free go under any limit', () => {
    expect(refusal(outlook('0'), { maxCost: '0' })).toBeUndefined();
  });

  it('asks above the threshold alone, and not when it is confirmed', () => {
    expect(refusal(outlook('2'), { confirmAbove: '2' })).toBeUndefined();
    expect(refusal(outlook('2.1'), { confirmAbove: '2' })).toBe(
      'It may cost 2.1 Pollen, and more than 2 has to be confirmed.',
    );
    expect(refusal(outlook('0', 1), { confirmAbove: '2' })).toContain('no bound is known of 1 call');
    expect(refusal(outlook('2.1'), { confirmAbove: '2', isConfirmed: true })).toBeUndefined();
  });

  it('still refuses above the limit what is confirmed', () => {
    expect(refusal(outlook('3'), { maxCost: '1', isConfirmed: true })).toMatchObject({ code: 'too-dear' });
  });

  it('tells whoever cannot be asked how to confirm', () => {
    expect(unconfirmed('It may cost 3 Pollen.', false)).toMatchObject({
      message: 'It may cost 3 Pollen.',
      remedy: 'Nothing was started. Confirm it with --yes.',
    });
  });
});
