import { expect, it } from 'vitest';

import { fitTable, wrap } from '../../../src/commands/render/fit.ts';

it('leaves the spare column of a table out where the screen is too narrow for all', () => {
  const rows = [
    ['MODEL', 'PRICE', 'AT MOST'],
    ['openai', 'in 0.15 per 1M tokens', '0.5'],
  ];
  expect(fitTable(rows, 80, 1)).toContain('in 0.15 per 1M tokens');
  expect(fitTable(rows, 30, 1)).toBe('MODEL   AT MOST\nopenai  0.5');
  expect(fitTable(rows, Number.POSITIVE_INFINITY, 1)).toContain('PRICE');
});

it('breaks prose at words, keeps its indent, and leaves long words whole', () => {
  expect(wrap('  = those that are done', 12)).toBe('  = those\n  that are\n  done');
  expect(wrap('Run: a-name-that-is-long (new)', 10)).toBe('Run:\na-name-that-is-long\n(new)');
  expect(wrap('short', 10)).toBe('short');
});
