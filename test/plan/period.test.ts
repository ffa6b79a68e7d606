import { describe, expect, it } from 'vitest';

import { periodOf } from '../../src/plan/period.ts';

describe('the period of a budget', () => {
  it.each([
    ['2026-03-28T23:30:00Z', 'UTC', 'day', '2026-03-28'],
    ['2026-03-28T23:30:00Z', 'Europe/Berlin', 'day', '2026-03-29'],
    // A Sunday, on which the clocks change; its week has begun on Monday.
    ['2026-03-29T21:59:59Z', 'Europe/Berlin', 'week', '2026-03-23'],
    ['2026-03-29T22:00:00Z', 'Europe/Berlin', 'week', '2026-03-30'],
    ['2026-01-01T05:00:00Z', 'UTC', 'week', '2025-12-29'],
    ['2026-01-31T23:30:00Z', 'UTC', 'month', '2026-01-01'],
    ['2026-01-31T23:30:00Z', 'Asia/Tokyo', 'month', '2026-02-01'],
  ] as const)('of %s in %s, by the %s, begins on %s', (moment, zone, per, first) => {
    expect(periodOf(moment, zone, per)).toBe(first);
  });
});
