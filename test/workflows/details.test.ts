import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/records/tally.ts';
import { describeFailures, describeTally } from '../../src/workflows/details.ts';

describe('the details of a run', () => {
  it('say counts and cost', () => {
    const text = describeTally({ ...emptyTally, succeeded: 7, failed: 2, settled: '0.0125' }, 20);
    expect(text).toContain('**9 of 20** items: 7 succeeded, 2 failed');
    expect(text).toContain('**0.0125 Pollen**');
    expect(text).not.toMatch(/cancelled|unknown|slow down/);
  });

  it('say what was cancelled, throttled, and of unknown charge, only where there is any', () => {
    const tally = { ...emptyTally, cancelled: 3, throttled: 5, unknown: { count: 2, atMost: '0.4' } };
    const text = describeTally(tally, 3);
    expect(text).toContain(', 3 cancelled');
    expect(text).toContain('5 attempts were told to slow down');
    expect(text).toContain('2 unknown charges (at most 0.4)');
    const unbounded = describeTally({ ...tally, unknown: { count: 1, atMost: null } }, 3);
    expect(unbounded).toContain('at most unbounded');
  });

  it('list failures by id and code, and nothing when there are none', () => {
    expect(describeFailures([])).toBe('');
    const text = describeFailures([{ id: 'hero', code: 'content-policy', remedy: 'no' }]);
    expect(text).toContain('- `hero` **content-policy**: no');
  });
});
