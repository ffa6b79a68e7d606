import { describe, expect, it } from 'vitest';

import { noCounts } from '../../src/records/counts.ts';
import { openBudget } from '../../src/workflows/open-budget.ts';
import { beginStanding } from '../../src/workflows/run-standing.ts';

describe('a run whose budget is used up', () => {
  it.each([
    ['stop', 'stop'],
    ['pause', 'pause'],
  ] as const)('has that told before it is to %s', (onExceeded, end) => {
    const done: string[] = [];
    const plan = {
      items: 1,
      pages: [],
      models: [],
      concurrency: {},
      searchAttributes: false,
      resumed: false,
    };
    const budget = openBudget(
      {
        standing: beginStanding(undefined, false),
        pauses: { any: () => false, pause: () => done.push('pause'), resume: () => {} },
        notices: { look: () => done.push('look') },
        stop: () => done.push('stop'),
      },
      { ...plan, budget: { amount: '1', onExceeded } },
      undefined,
    );
    const none = { granted: '0', returned: '0', spent: '0' };
    const money = { turn: 1, round: 0, ...none, target: '2', next: '2', isIdle: true };
    budget?.open(0);
    budget?.note({ ...noCounts, page: 0, waiting: 1, inFlight: 0, places: 1, freed: 0, money });
    budget?.grant();
    expect(done.slice(0, 2)).toEqual(['look', end]);
  });
});
