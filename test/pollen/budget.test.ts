import { describe, expect, it } from 'vitest';

import type { TrancheReport } from '../../src/pollen/tranche.ts';
import { budgetParts, playBudget, type BudgetParts } from './budget-world.ts';

const SEEDS = 10_000;

const sabotages: Readonly<Record<string, BudgetParts>> = {
  'a lost answer gives its hold back': {
    ...budgetParts,
    tranche() {
      const tranche = budgetParts.tranche();
      return { ...tranche, settle: (call, cost) => tranche.settle(call, cost ?? 0n) };
    },
  },
  'a call is made without its hold': {
    ...budgetParts,
    tranche: () => ({ ...budgetParts.tranche(), holds: () => true }),
  },
  'what is given back is granted twice': withReports(({ returned, ...report }) => ({
    ...report,
    returned: String(Number(returned) * 2),
  })),
  'what is given back is forgotten': withReports((report) => ({ ...report, returned: '0' })),
  'late reports count': {
    ...budgetParts,
    ledger(state) {
      const ledger = budgetParts.ledger(state);
      let turn = 0;
      return {
        ...ledger,
        note(page, report) {
          turn += 1;
          ledger.note(page, { ...report, turn });
        },
      };
    },
  },
  'what was spent is forgotten when the run continues as new': {
    ...budgetParts,
    ledger: (state) => budgetParts.ledger({ ...state, spent: '0' }),
  },
  'pages that have ended cost nothing': {
    ...budgetParts,
    ledger(state) {
      const ledger = budgetParts.ledger(state);
      return { ...ledger, close: (page) => ledger.close(page, 0n) };
    },
  },
  'a lower cap is not obeyed': {
    ...budgetParts,
    ledger(state) {
      const ledger = budgetParts.ledger(state);
      let highest = state.cap;
      return {
        ...ledger,
        setCap(cap) {
          if (Number(cap) > Number(highest)) highest = cap;
          ledger.setCap(highest);
        },
      };
    },
  },
  'the run parks while money is held': {
    ...budgetParts,
    ledger(state) {
      const ledger = budgetParts.ledger(state);
      return { ...ledger, isReached: () => Number(ledger.missing()) > 0 };
    },
  },
  'the run never parks': {
    ...budgetParts,
    ledger: (state) => ({ ...budgetParts.ledger(state), isReached: () => false }),
  },
};

function withReports(change: (report: TrancheReport) => TrancheReport): BudgetParts {
  return {
    ...budgetParts,
    tranche() {
      const tranche = budgetParts.tranche();
      return { ...tranche, report: () => change(tranche.report()) };
    },
  };
}

describe('a budget shared by pages', () => {
  // A busy machine may take several times as long as it has worked on it.
  it(
    'is never exceeded, never stuck, and used to the last call that it can hold',
    { timeout: 300_000 },
    () => {
      const startedAt = process.cpuUsage();
      const sum = { calls: 0, made: 0, parks: 0, wideParks: 0, continued: 0, lost: 0, kills: 0 };
      const faults: string[] = [];
      for (let seed = 0; seed < SEEDS; seed += 1) {
        const end = playBudget(seed);
        faults.push(...end.faults);
        for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += end[name];
      }
      const { user, system } = process.cpuUsage(startedAt);
      expect(faults.slice(0, 5)).toEqual([]);
      // It has seen what it is there for.
      expect(Object.entries(sum).filter(([, count]) => count < 1_000)).toEqual([]);
      expect((user + system) / 1_000_000).toBeLessThan(60);
    },
  );

  it.each(Object.entries(sabotages))('would show that %s', (_, parts) => {
    const isSeen = (seed: number): boolean => playBudget(seed, parts).faults.length > 0;
    expect(Array.from({ length: 500 }, (_seed, seed) => seed).some(isSeen)).toBe(true);
  });
});
