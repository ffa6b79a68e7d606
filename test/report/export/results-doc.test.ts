import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { resultColumns } from '../../../src/report/export/columns.ts';

const page = readFileSync(new URL('../../../docs/results.md', import.meta.url), 'utf8');

it('has every column of the results in its table, with type and meaning', () => {
  const from = page.indexOf('<!-- columns:start -->');
  const rows = page
    .slice(from, page.indexOf('<!-- columns:end -->'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  expect(rows.map(([, name, type, about]) => [name, type, about])).toEqual(
    resultColumns.map(({ name, type, about }) => [`\`${name}\``, type, about]),
  );
});
