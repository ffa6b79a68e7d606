import { describe, expect, it } from 'vitest';

import { createWriteBudget } from '../../src/lanes/governor/write-budget.ts';

/** Changes that are made in ten seconds, of twenty lanes that want one a second. */
function made(workers: number, isUrgent: (lane: number) => boolean): { urgent: number; other: number } {
  const budget = createWriteBudget();
  const count = { urgent: 0, other: 0 };
  for (let second = 0; second < 10; second += 1) {
    for (let lane = 0; lane < 20; lane += 1) {
      const urgent = isUrgent(lane);
      if (budget.allows(urgent, workers, second + lane / 20)) count[urgent ? 'urgent' : 'other'] += 1;
    }
  }
  return count;
}

describe('the changes of rates that a worker makes', () => {
  it('stay within what a server takes from all workers', () => {
    expect(made(1, () => false).other).toBeLessThanOrEqual(88);
    expect(made(1, () => false).other).toBeGreaterThan(70);
    expect(made(4, () => false).other).toBeLessThanOrEqual(28);
  });

  it('are made at once where they cannot wait, before all others', () => {
    const { urgent, other } = made(1, (lane) => lane % 4 === 0);
    expect(urgent).toBe(50);
    expect(urgent + other).toBeLessThanOrEqual(88);
    expect(made(1, () => true).urgent).toBe(200);
  });
});
