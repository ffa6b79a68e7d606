import { expect, it } from 'vitest';

import { allProblems, countItems } from '../../src/commands/count-items.ts';
import { formatProblem } from '../../src/manifest/problem.ts';
import { filesOf } from '../support/planning.ts';
import { readOf } from '../support/job.ts';

const time = '2026-01-02T03:04:05.000Z';

async function problemsOf(items: string): Promise<readonly string[]> {
  const reading = { ...readOf(`version: 1\nitems:\n${items}\n`), files: filesOf({ 'wrong.json': '[]' }) };
  const validation = await countItems(reading, time);
  return 'problems' in validation ? validation.problems.map(formatProblem) : [];
}

it.each([
  ['a picture that is not there', '  - { text: a, images: [bee.png] }', 'image-unreadable'],
  [
    'a schema that is not there',
    '  - { text: a, output: { schema: { file: none.json } } }',
    'schema-invalid',
  ],
  ['a schema that is none', '  - { text: a, output: { schema: { file: wrong.json } } }', 'schema-invalid'],
  ['a list of seeds that is too short', '  - { text: a, samples: 3, seed: [1, 2] }', 'value-invalid'],
  [
    'a picture of the disk in a message',
    '  - { matrix: { at: ["file:///a"] }, messages: [{ role: user, content: [{ type: image_url, image_url: { url: "{{ at }}" } }] }] }',
    'url-invalid',
  ],
])('tells without planning of %s', async (_what, items, code) => {
  expect(await problemsOf(items)).toEqual([expect.stringContaining(` ${code}: `)]);
});

it('tells of a slip once, though the file and its data show it', async () => {
  const rest = { ...readOf('version: 1\nitems:\n  - { text: a, images: [bee.png] }\n'), files: filesOf({}) };
  const place = { file: 'job.yaml', line: 3, column: 25 };
  const slip = { ...place, code: 'value-invalid', message: 'wrong' } as const;
  expect(await allProblems({ file: 'job.yaml', problems: [slip], rest }, time)).toEqual([slip]);
  const other = { ...slip, line: 1, column: 1 };
  expect(await allProblems({ file: 'job.yaml', problems: [other], rest }, time)).toHaveLength(2);
});
