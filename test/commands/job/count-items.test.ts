import { expect, it } from 'vitest';

import { allProblems, countItems } from '../../../src/commands/job/count-items.ts';
import { formatProblem, type Problem } from '../../../src/manifest/problem.ts';
import { loadJob } from '../../../src/manifest/load-job.ts';
import { jobChecks } from '../../../src/pollinations/job-checks.ts';
import { filesOf } from '../../support/planning.ts';
import { load } from '../../manifest/api-rules.ts';
import { readOf } from '../../support/job.ts';

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

it('says what a list of seeds has, and which schema cannot be read once', async () => {
  expect(await problemsOf('  - { text: a, samples: 2, seed: [1] }')).toEqual([
    expect.stringContaining('the list of seeds has 1 entry, and this is sample 2'),
  ]);
  const [schema = ''] = await problemsOf('  - { text: a, output: { schema: none.json } }');
  expect(schema.split('none.json')).toHaveLength(2);
});

it('tells of a slip once, though the file and its data show it', async () => {
  const rest = { ...readOf('version: 1\nitems:\n  - { text: a, images: [bee.png] }\n'), files: filesOf({}) };
  const problemsWith = async (problem: Problem) =>
    (await allProblems({ file: 'job.yaml', problems: [problem], rest }, time)).problems;
  const place = { file: 'job.yaml', line: 3, column: 25 };
  const slip = { ...place, code: 'value-invalid', message: 'wrong' } as const;
  expect(await problemsWith(slip)).toEqual([slip]);
  const other = { ...slip, line: 1, column: 1 };
  expect(await problemsWith(other)).toHaveLength(2);
});

it('tells what is odd beside what is wrong', async () => {
  const file = 'job.yaml';
  const odd =
    '  - { text: twin }\n  - { text: twin, samples: 0 }\n  - { image: a, params: { width: 256 }, expect: { width: 512 } }';
  const loaded = loadJob(`version: 1\nitems:\n${odd}\n`, file, jobChecks);
  if (!('problems' in loaded) || loaded.rest === undefined) throw new Error('the job is right');
  const rest = { file, ...loaded.rest, warnings: [], files: filesOf({}) };
  const { problems, warnings } = await allProblems({ file, problems: loaded.problems, rest }, time);
  expect(problems.map(formatProblem)).toEqual([expect.stringContaining('job.yaml:4:28: value-invalid: ')]);
  expect(warnings.map(formatProblem)).toEqual([
    'job.yaml:5:58: expect-size: the image has to have a width of 512, and one of 256 is asked for: it fails unless its model resizes it so; make `params.width` 512',
  ]);
});

it('warns of no size that is asked for as it must be, or not asked for', async () => {
  const items = [
    '{ image: a, params: { width: 512 }, expect: { width: 512 } }',
    '{ image: a, expect: { width: 512, type: png } }',
    '{ image: a, params: { width: 512 }, expect: { height: 256 } }',
  ];
  const reading = readOf(`version: 1\nitems:\n${items.map((item) => `  - ${item}\n`).join('')}`);
  expect(await countItems(reading, time)).toMatchObject({ items: 3, warnings: [] });
});

it('tells of the pictures of an item whose output is wrong', async () => {
  const file = 'job.yaml';
  const item = '  - { text: a, images: [bee.png], output: json, sytem: b, params: { temprature: 1 } }';
  const loaded = loadJob(`version: 1\nitems:\n${item}\n`, file, jobChecks);
  if (!('problems' in loaded) || loaded.rest === undefined) throw new Error('nothing of the job is right');
  const rest = { file, ...loaded.rest, warnings: [], files: filesOf({}) };
  const { problems } = await allProblems({ file, problems: loaded.problems, rest }, time);
  expect(problems.map(({ column, code }) => `${column}: ${code}`)).toEqual([
    '25: image-unreadable',
    '43: type-wrong',
    '49: key-unknown',
    '69: param-unknown',
  ]);
});

it('tells of an item of too many calls once, whatever rows it is made for', async () => {
  const loaded = load(`version: 1
name: many
items:
  - from: rows.jsonl
    steps:
      - { id: a, text: 'hi {{ row.n }}', output: { format: json } }
      - id: b
        text: '{{ each }} {{ row.n }}'
        forEach: { list: steps.a.json.x, max: 100 }
        output: { format: json, repair: 5 }
`);
  if (!('problems' in loaded) || loaded.rest === undefined)
    throw new Error('the job is right, or cannot be read');
  const files = filesOf({ 'rows.jsonl': '{"n":1}\n{"n":2}\n' });
  const rest = { ...loaded.rest, file: 'job.yaml', warnings: [], files };
  const { problems } = await allProblems({ file: 'job.yaml', problems: loaded.problems, rest }, time);
  expect(problems.map(formatProblem)).toEqual([expect.stringMatching(/^job\.yaml:6:7: step-limit: /)]);
});
