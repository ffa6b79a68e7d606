import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/records/tally.ts';
import { createRunBudget } from '../../src/workflows/run-budget.ts';

describe("a run's budget", () => {
  it('keeps the bound of what is unknown as spent once its page has ended', () => {
    const budget = createRunBudget({
      onExceeded: 'pause',
      state: { cap: '1', spent: '0' },
      mayGrant: () => true,
      give: () => {},
      onReached: () => {},
      onSet: () => {},
    });
    budget.open(0);
    budget.close(0, { tally: { ...emptyTally, settled: '0.2', unknown: { count: 1, atMost: '0.3' } } });
    expect(budget.view()).toEqual({ amount: '1', spent: '0.5', held: '0', free: '0.5' });
  });
});
