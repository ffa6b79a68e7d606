import { describe, expect, it } from 'vitest';

import { readPeriod } from '../../../src/commands/bill/budget-sight.ts';
import { budgetText } from '../../../src/commands/render/budget-text.ts';
import { budgetAtEnd, budgetUnderWay } from '../../../src/pollen/budget-sums.ts';
import { runKeys } from '../../../src/storage/keys.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

describe('the budget of a run', () => {
  it('is told with what is spent, unknown, held for calls and left, which add up to it', () => {
    const told = { amount: '2.5', spent: '1.02', held: '0.3', free: '1.18' };
    const sight = budgetUnderWay(told, { count: 2, atMost: '0.02' });
    expect(sight).toEqual({ amount: '2.5', spent: '1', unknown: '0.02', held: '0.3', left: '1.18' });
    expect(budgetText(sight)).toBe(
      'Budget: 2.5 Pollen; 1 spent, 0.02 held for what is unknown, 0.3 held for calls, 1.18 left',
    );
  });

  it('is told below zero while it goes on too, where it was lowered below what is spent and held', () => {
    const told = { amount: '1', spent: '1.02', held: '0.3', free: '0' };
    const sight = budgetUnderWay(told, { count: 2, atMost: '0.02' });
    expect(sight).toEqual({ amount: '1', spent: '1', unknown: '0.02', held: '0.3', left: '-0.32' });
  });

  it('is told where a charge above its bound leaves less than nothing held', () => {
    const told = { amount: '1', spent: '0.6', held: '-0.1', free: '0.5' };
    const sight = budgetUnderWay(told, { count: 0, atMost: '0' });
    expect(sight).toEqual({ amount: '1', spent: '0.6', unknown: '0', held: '-0.1', left: '0.5' });
  });

  it('is told of a run that has ended, where unknown charges keep their hold', () => {
    const sight = budgetAtEnd('2.5', { settled: '2.00000001', unknown: { count: 1, atMost: '0.4' } });
    expect(sight).toMatchObject({ spent: '2.00000001', unknown: '0.4', held: '0', left: '0.09999999' });
    expect(budgetText(sight)).toBe(
      'Budget: 2.5 Pollen; 2.00000001 spent, 0.4 held for what is unknown, 0.09999999 left',
    );
  });

  it('is told below zero where it was lowered below what was spent', () => {
    const spent = { settled: '2', unknown: { count: 0, atMost: '0' } };
    expect(budgetText(budgetAtEnd('1.5', spent))).toMatch(/, -0\.5 left$/);
  });

  it('has nothing left that anybody knows of where a charge has no bound', () => {
    const unknown = { count: 1, atMost: null };
    const words = 'Budget: 2.5 Pollen; 1 spent, what is unknown has no bound';
    expect(budgetText(budgetAtEnd('2.5', { settled: '1', unknown }))).toBe(words);
    const told = { amount: '2.5', spent: '1', held: '0', free: '1.5' };
    expect(budgetText(budgetUnderWay(told, unknown))).toBe(words);
  });

  it('of a schedule names no period where its job file is damaged', async () => {
    const store = createMemoryStore();
    const run = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-20260102T060000Z' };
    await store.putOnce(runKeys(run).job, '{', { contentType: 'application/json' });
    expect(await readPeriod(store, run, { budget: { amount: '1', onExceeded: 'pause' } })).toEqual({});
  });

  it('of a schedule names that of its period', () => {
    const sight = budgetAtEnd('0.003', { settled: '0.002', unknown: { count: 0, atMost: '0' } });
    expect(budgetText({ ...sight, period: { amount: '30', per: 'month' } })).toMatch(
      /^Budget: 0\.003 Pollen, left of 30 a month; 0\.002 spent/,
    );
  });
});
