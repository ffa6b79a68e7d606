import { describe, expect, it } from 'vitest';

import { createLedger } from '../../src/pollen/ledger.ts';

describe("a run's ledger", () => {
  it('leaves what a page tells of money that an execution of the run before this one had granted it', () => {
    const ledger = createLedger({ cap: '1', spent: '0.9' });
    ledger.open(0);
    ledger.open(1);
    const report = { round: 0, spent: '0.3', target: '0.8', next: '0.1', isIdle: false };
    ledger.note(0, { ...report, turn: 1_000_001, granted: '0.8', returned: '0.5' });
    expect(ledger.view()).toEqual({ amount: '1', spent: '0.9', held: '0', free: '0.1' });

    const asks = { ...report, granted: '0', returned: '0', spent: '0', isIdle: true };
    ledger.note(1, { ...asks, turn: 2_000_001, target: '0.06' });
    ledger.note(0, { ...asks, turn: 2_000_001, target: '0.04', next: '0.04' });
    expect(ledger.grants()).toEqual([
      { page: 0, total: '0.04' },
      { page: 1, total: '0.06' },
    ]);
  });
});
