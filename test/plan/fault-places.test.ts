import { describe, expect, it } from 'vitest';

import type { ModelProblem } from '../../src/manifest/job.ts';
import { formatProblem } from '../../src/manifest/problem.ts';
import type { PlanJobInput } from '../../src/plan/plan-job.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { dataFiles } from '../support/data-files.ts';
import { tryPlan } from '../support/plan.ts';

const wrongKind = (params: Readonly<Record<string, unknown>>): readonly ModelProblem[] =>
  String(params['model']).startsWith('no')
    ? [{ code: 'model-kind', message: `no model ${String(params['model'])}`, param: 'model' }]
    : [];
const checks = {
  ...jobChecks,
  modelProblems: (_kind: unknown, params: Readonly<Record<string, unknown>>) => wrongKind(params),
};

async function problemsOf(
  job: string,
  files: Readonly<Record<string, string>> = {},
  changes: Partial<PlanJobInput> = {},
): Promise<readonly string[]> {
  const planned = await tryPlan(`version: 1\n${job}`, {
    file: 'jobs/job.yaml',
    files: dataFiles(files, 1_000),
    checks,
    allowUnpriced: true,
    ...changes,
  });
  return 'problems' in planned ? planned.problems.map(formatProblem) : [];
}

describe('what planning finds', () => {
  it.each([
    [
      'each picture',
      'items:\n  - text: a\n    images: ["https://x.example/a.png", gone.png, none.png]\n',
      [
        'jobs/job.yaml:4:41: image-unreadable: the picture `gone.png` cannot be used: there is no file gone.png',
        'jobs/job.yaml:4:51: image-unreadable: the picture `none.png` cannot be used: there is no file none.png',
      ],
    ],
    [
      'the pictures of several prompts',
      'items:\n  - prompts: [a, b]\n    images: [gone.png]\n',
      ['jobs/job.yaml:4:14: image-unreadable: '],
    ],
    [
      'a schema, and a picture beside it',
      'items:\n  - { text: a, images: [gone.png], output: { schema: { type: 5 } } }\n',
      ['jobs/job.yaml:3:25: image-unreadable: ', 'jobs/job.yaml:3:54: schema-invalid: '],
    ],
    [
      'a file with a schema that is not there',
      'items:\n  - { text: a, output: { schema: none.json } }\n',
      ['jobs/job.yaml:3:34: schema-invalid: the schema `none.json` cannot be used'],
    ],
    [
      'all that is wrong within a file with a schema',
      'items:\n  - { text: a, output: { schema: wrong.yaml } }\n',
      ['jobs/wrong.yaml:2:1: schema-invalid: ', 'jobs/wrong.yaml:4:1: schema-invalid: '],
    ],
    [
      'a list of seeds that is too short, once',
      'items:\n  - text: a\n    samples: 4\n    seed: [1, 2]\n',
      ['jobs/job.yaml:5:11: value-invalid: the list of seeds has 2 entries, and this is sample 3'],
    ],
    [
      'a seed of several prompts that counts past the last one',
      'items:\n  - prompts: [a]\n    kind: image\n    seed: 2147483647\n    samples: 2\n',
      ['jobs/job.yaml:5:11: param-invalid: "seed" must be a whole number'],
    ],
    [
      'a model of an item',
      'items:\n  - { text: a, params: { model: none } }\n',
      ['jobs/job.yaml:3:33: model-kind: no model none'],
    ],
    [
      'a model of the defaults, once for all items',
      'defaults: { text: { model: none } }\nitems:\n  - text: a\n  - text: b\n',
      ['jobs/job.yaml:2:28: model-kind: no model none'],
    ],
    [
      'a model of a step and one of several prompts',
      'items:\n  - steps:\n      - { id: a, text: a }\n      - { id: b, text: b, params: { model: no1 } }\n  - prompts: [a]\n    params: { model: no2 }\n',
      ['jobs/job.yaml:5:44: model-kind: no model no1', 'jobs/job.yaml:7:22: model-kind: no model no2'],
    ],
    [
      'an address in a message',
      'matrix: { at: ["file:///a"] }\nitems:\n  - messages: [{ role: user, content: [{ type: image_url, image_url: "{{ at }}" }] }]\n',
      ['jobs/job.yaml:4:70: url-invalid: for at=file:///a: an image_url'],
    ],
  ])('stands at its own place: %s', async (_what, job, expected) => {
    const problems = await problemsOf(job, { 'wrong.yaml': 'a: 1\na: 2\nb: 3\nb: 4\n' });
    expect(problems).toEqual(expected.map((problem) => expect.stringContaining(problem)));
  });

  it('stands in the row that gave the value', async () => {
    const job = 'items:\n  - from: c.csv\n    text: "{{ row.n }}"\n    images: ["{{ row.picture }}"]\n';
    expect(await problemsOf(job, { 'c.csv': 'n,picture\n"1, 2",gone.png\n' })).toEqual([
      'jobs/c.csv:2:8: image-unreadable: row 1 of c.csv (line 2), column `picture`: the picture `gone.png` cannot be used: there is no file gone.png (asked for in jobs/job.yaml:5:14)',
    ]);
  });

  it('names the row where the job file gave the value', async () => {
    const job =
      'items:\n  - from: c.csv\n    matrix: { of: [gone] }\n    text: "{{ row.n }}"\n    images: ["{{ of }}.png"]\n';
    expect(await problemsOf(job, { 'c.csv': 'n\n1\n' })).toEqual([
      'jobs/job.yaml:6:14: image-unreadable: row 1 of c.csv (line 2): the picture `gone.png` cannot be used: there is no file gone.png',
    ]);
  });

  const rows = `n,model\n${Array.from({ length: 3_000 }, (_, at) => `${at},none\n`).join('')}`;

  it('is told once where all rows have it from the job file', async () => {
    const job = 'defaults: { text: { model: none } }\nitems:\n  - { from: c.csv, text: "{{ row.n }}" }\n';
    expect(await problemsOf(job, { 'c.csv': rows })).toEqual([
      'jobs/job.yaml:2:28: model-kind: no model none',
    ]);
  });

  it('is told for five rows, and counted in others, where each row gave it', async () => {
    const job = 'items:\n  - { from: c.csv, text: "{{ row.n }}", params: { model: "{{ row.model }}" } }\n';
    const problems = await problemsOf(job, { 'c.csv': rows });
    expect(problems).toHaveLength(6);
    expect(problems[0]).toMatch(
      /^jobs\/c\.csv:2:3: model-kind: row 1 of c\.csv \(line 2\), column `model`: /,
    );
    expect(problems[5]).toContain('and at least 995 more of the same');
  });

  it('warns in the same way', async () => {
    const job = 'items:\n  - { from: c.csv, text: "{{ row.n }}", params: { max_tokens: 5 } }\n';
    const warn: ModelProblem = {
      code: 'model-param',
      message: 'ignored',
      param: 'max_tokens',
      isWarning: true,
    };
    const planned = await tryPlan(`version: 1\n${job}`, {
      files: dataFiles({ 'c.csv': rows }, 1_000),
      checks: { ...jobChecks, modelProblems: () => [warn] },
    });
    expect('warnings' in planned && planned.warnings).toEqual([
      { file: 'job.yaml', line: 3, column: 63, code: 'model-param', message: 'ignored' },
    ]);
  });
});
