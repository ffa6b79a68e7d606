import { expect, it } from 'vitest';

import { labelEntries, parseLabels } from '../../src/plan/labels.ts';

it('labels come back from the entries of a search attribute, also with = in a value', () => {
  const labels = { team: 'design', formula: 'a=b=c' };
  expect(labelEntries(labels)).toEqual(['team=design', 'formula=a=b=c']);
  expect(parseLabels(labelEntries(labels))).toEqual(labels);
});
