import { expect, it } from 'vitest';

import { cut, fitTable, wrap } from '../../../src/commands/render/fit.ts';

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

it('keeps a command whole: in backticks, and alone on its line', () => {
  expect(wrap('Let it go on with `pollen-batch resume a-run`.', 24)).toBe(
    'Let it go on with\n`pollen-batch resume a-run`.',
  );
  expect(wrap('  pollen-batch explain a-run an-item', 20)).toBe('  pollen-batch explain a-run an-item');
  expect(wrap('A lone ` is a character', 12)).toBe('A lone ` is\na character');
});

it('cuts a line by the columns of its characters', () => {
  expect([cut('pollen', 6), cut('pollen', 5), cut('pollen', 1), cut('pollen', 0)]).toEqual([
    'pollen',
    'poll…',
    '…',
    '',
  ]);
  expect(cut('蜂蜜と花粉', 6)).toBe('蜂蜜…');
});
