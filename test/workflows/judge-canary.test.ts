import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/records/tally.ts';
import { canaryLeft, judgeCanary } from '../../src/workflows/judge-canary.ts';

const auto = { approve: 'auto', maxFailureRate: 0 } as const;
const tally = { ...emptyTally, succeeded: 9, failed: 1, settled: '0.04' };

describe('a canary', () => {
  it('passes when no more has failed and been spent than its rule allows', () => {
    expect(judgeCanary(tally, { ...auto, maxFailureRate: 0.1, maxCost: '0.04' }).isPassed).toBe(true);
    expect(judgeCanary({ ...tally, failed: 0 }, auto).isPassed).toBe(true);
    expect(
      judgeCanary({ ...tally, succeeded: 71, failed: 29 }, { ...auto, maxFailureRate: 0.29 }).isPassed,
    ).toBe(true);
  });

  it('waits for a person when more has failed, and says so', () => {
    expect(judgeCanary(tally, auto)).toEqual({
      isPassed: false,
      found:
        'the canary has ended: 1 of 10 items failed, which is more than maxFailureRate 0; it cost 0.04 Pollen',
    });
    expect(judgeCanary(tally, { ...auto, maxFailureRate: 0.0999 }).isPassed).toBe(false);
  });

  it('waits when more was spent, unknown charges at their bound, and one without a bound in any case', () => {
    const rule = { ...auto, maxFailureRate: 1, maxCost: '0.05' };
    const unknown = (atMost: string | null) => ({ ...tally, unknown: { count: 1, atMost } });
    expect(judgeCanary(unknown('0.01'), rule).isPassed).toBe(true);
    expect(judgeCanary(unknown('0.01000001'), rule)).toEqual({
      isPassed: false,
      found:
        'the canary has ended: 1 of 10 items failed; it cost 0.04 Pollen + 1 unknown charge (at most 0.01000001), which is more than maxCost 0.05',
    });
    expect(judgeCanary(unknown(null), { ...rule, maxCost: '999999999' }).isPassed).toBe(false);
    expect(judgeCanary(unknown(null), { ...auto, maxFailureRate: 1 }).isPassed).toBe(true);
  });

  it('that a person approves always waits, however well it went', () => {
    expect(judgeCanary({ ...tally, failed: 0 }, { ...auto, approve: 'manual' })).toEqual({
      isPassed: false,
      found:
        'the canary has ended: 0 of 9 items failed; it cost 0.04 Pollen; a person decides about the rest',
    });
  });

  it('has the pages left that its run had not started when it continued as new', () => {
    const page = (number: number, lane: string, canary?: true) => ({
      page: number,
      lane,
      calls: 1,
      ...(canary === undefined ? {} : { canary }),
    });
    const pages = [page(0, 'all', true), page(1, 'pictures', true), page(2, 'all', true), page(3, 'all')];
    expect(canaryLeft({ pages }, {})).toEqual([0, 1, 2]);
    expect(canaryLeft({ pages }, { all: 1 })).toEqual([1, 2]);
    expect(canaryLeft({ pages }, { all: 2, pictures: 1 })).toEqual([]);
    expect(canaryLeft({ pages: pages.map(({ canary: _canary, ...one }) => one) }, {})).toEqual([]);
  });
});
