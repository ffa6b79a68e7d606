import { expect, it } from 'vitest';

import { digitsFor, resultFile } from '../../../src/report/export/file-names.ts';
import { succeeded } from '../../support/samples.ts';

it.each([
  [1, '0001-haiku.txt'],
  [9_999, '0001-haiku.txt'],
  [10_000, '00001-haiku.txt'],
  [100_000, '000001-haiku.txt'],
])('are as long as the number of the last item asks for: %i items', (items, name) => {
  expect(resultFile(succeeded(), digitsFor(items)).name).toBe(name);
});
