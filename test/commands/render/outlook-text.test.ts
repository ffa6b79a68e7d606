import { expect, it } from 'vitest';

import { figures } from '../../../src/commands/render/outlook-text.ts';
import { costText } from '../../../src/report/estimate-text.ts';

const known = { atLeast: '0.1', likely: '0.2', atMost: '0.3', unbounded: 0, unknown: 0, free: 0 };

it('tells what calls cost at least, likely and at most', () => {
  expect(costText(known)).toBe('at least 0.1, likely 0.2, at most 0.3 Pollen');
  expect(costText({ atMost: '0.3', unbounded: 0, free: 0 })).toBe('at most 0.3 Pollen');
  expect(figures(known)).toEqual(known);
});

it('gives no sum that leaves calls out', () => {
  expect(costText({ ...known, unknown: 1 })).toBe(
    'at least 0.1, likely unknown for 1 call, at most 0.3 Pollen',
  );
  expect(costText({ ...known, unbounded: 2 })).toBe(
    'at least 0.1 Pollen, likely 0.2, no known bound for 2 calls',
  );
  expect(figures({ ...known, unknown: 1, unbounded: 2 })).toMatchObject({ likely: null, atMost: null });
});
