import { expect, it } from 'vitest';

import { problemCodes } from '../../src/manifest/problem-codes.ts';
import { problemsOf } from './api-rules.ts';
import { jobsWithAHole, jobWith, wrongValues } from './wrong-values.ts';

/** Words of the library that checks the schema, and what would come of a value that it names and we do not. */
const foreign = /Invalid|Too (?:big|small)|expected|received|undefined|\bint\b|NaN|must be ,|known here: $/;

/** What says how to mend it: what the value must be, what there is to choose from, or what to do. */
const remedy =
  /must be|must have|is missing|has (?:an|one of|up to)|known here|did you mean|; |is a map, such as|is empty|a path is not empty|entry \d+ is/;

it.each(jobsWithAHole)(
  'a wrong value is told in our own words, with its place and what it must be: %s',
  (job) => {
    const told = wrongValues.flatMap((value) => problemsOf(jobWith(job, value)));
    expect(told.length).toBeGreaterThan(0);
    for (const { line, column, code, message } of told) {
      expect(message).not.toMatch(foreign);
      expect(message).toMatch(remedy);
      expect(problemCodes).toHaveProperty(code);
      expect(line * column).toBeGreaterThan(0);
    }
  },
);

it.each([
  ['limits: { concurrency: 0 }', '`concurrency` must be 1 or more, not `0`'],
  ['limits: { concurrency: 1.5 }', '`concurrency` must be a whole number, not `1.5`'],
  ['items: [{ text: a, seed: }]', '`seed` must be a number, a list, `stable` or `fresh`, not nothing'],
  ['items: [{ text: a, images: [] }]', '`images` is empty; it needs an entry'],
  [
    `items: [{ text: a, images: [${'a.png,'.repeat(17)}] }]`,
    '`images` has 17 entries, and may have up to 16',
  ],
  [
    'schedule: { calendars: [{ hour: noon }] }',
    '`hour` must be `*`, a number, a map or a list, not the text `noon`',
  ],
])('%s: %s', (job, message) => {
  expect(problemsOf(jobWith(job, '')).map((problem) => problem.message)).toEqual([message]);
});
