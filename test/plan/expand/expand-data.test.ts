import { describe, expect, it } from 'vitest';

import { expandJob } from '../../../src/plan/expand/expand-job.ts';
import type { ExpandedItem } from '../../../src/plan/expand/expanded-item.ts';
import { formatProblem } from '../../../src/manifest/problem.ts';
import { jobChecks } from '../../../src/pollinations/job-checks.ts';
import { dataFiles } from '../../support/data-files.ts';
import { readOf } from '../../support/job.ts';

async function expand(items: string, files: Readonly<Record<string, string>> = {}, rest = '') {
  const { job, placeOf } = readOf(`version: 1\nname: x\n${rest}items:\n${items}\n`);
  const found: ExpandedItem[] = [];
  const problems: string[] = [];
  const warnings: string[] = [];
  const context = { file: 'jobs/job.yaml', placeOf, time: '2026-11-25T23:30:00Z', checks: jobChecks };
  for await (const expansion of expandJob(job, { ...context, files: dataFiles(files, 1_000) })) {
    if (expansion.kind === 'item') found.push(expansion.item);
    else (expansion.kind === 'problem' ? problems : warnings).push(formatProblem(expansion.problem));
  }
  return { items: found, problems, warnings };
}

const csv = 'sku,name,width\na-1,lamp,800\nb-2,chair,640\n';

describe('a job with data', () => {
  it('has an item for each row, filled in, with its values and the row as its place', async () => {
    const { items, problems } = await expand(
      '  - { from: c.csv, id: "{{ row.sku }}", image: "A {{ row.name }} by {{ brand }}", params: { width: "{{ row.width }}", model: turbo } }',
      { 'c.csv': csv },
      'vars: { brand: Acme }\n',
    );
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        number: 1,
        id: 'a-1',
        vars: { sku: 'a-1', name: 'lamp', width: '800' },
        steps: [{ prompt: 'A lamp by Acme', params: { width: 800, model: 'turbo' } }],
        place: { file: 'jobs/c.csv', line: 2 },
      },
      { number: 2, id: 'b-2', steps: [{ prompt: 'A chair by Acme', params: { width: 640 } }] },
    ]);
  });

  it('multiplies rows by the matrices, the job’s and the item’s, and by samples', async () => {
    const { items, problems } = await expand(
      '  - { from: c.txt, matrix: { style: [photo, sketch] }, samples: 2, seed: [5, 6], id: "{{ row.text }}-{{ style }}-{{ matrix.tone }}", image: "{{ row.text }} {{ sample }} {{ item.number }}" }',
      { 'c.txt': 'one\ntwo\n' },
      'matrix: { tone: [warm] }\n',
    );
    expect(problems).toEqual([]);
    expect(items.map(({ id }) => id)).toEqual([
      'one-photo-warm.s1',
      'one-photo-warm.s2',
      'one-sketch-warm.s1',
      'one-sketch-warm.s2',
      'two-photo-warm.s1',
      'two-photo-warm.s2',
      'two-sketch-warm.s1',
      'two-sketch-warm.s2',
    ]);
    expect(items[5]).toMatchObject({
      sample: 2,
      seed: [5, 6],
      vars: { tone: 'warm', style: 'photo', text: 'two' },
      steps: [{ prompt: 'two 2 6' }],
    });
  });

  it('fills in lists, parts and nested parameters, and keeps the types of values', async () => {
    const { items, problems } = await expand(
      '  - { from: d.jsonl, messages: [{ role: user, content: [{ type: text, text: "{{ row.q }}" }, { type: image_url, image_url: { url: "{{ row.url }}" } }] }], params: { max_tokens: "{{ row.n }}", stop: ["{{ row.q }}"], logprobs: "{{ row.yes }}" } }',
      { 'd.jsonl': '{"q":"Who?","url":"https://x.example/a.png","n":5,"yes":"true"}' },
    );
    expect(problems).toEqual([]);
    expect(items[0]?.steps[0]).toMatchObject({
      messages: [{ content: [{ text: 'Who?' }, { image_url: { url: 'https://x.example/a.png' } }] }],
      params: { max_tokens: 5, stop: ['Who?'], logprobs: true },
    });
  });

  it('leaves steps that name others as templates, with what else they name', async () => {
    const { items, problems } = await expand(
      `  - from: c.csv
    id: "{{ row.sku }}"
    steps:
      - { id: caption, text: "One line about {{ row.name }}" }
      - { id: shot, image: "{{ steps.caption.text }} {{ row.name }} {{ brand }}", params: { width: "{{ row.width }}" } }`,
      { 'c.csv': csv },
      'vars: { brand: Acme, other: x }\n',
    );
    expect(problems).toEqual([]);
    const [caption, shot] = items[0]?.steps ?? [];
    expect(caption).toMatchObject({ messages: [{ content: 'One line about lamp' }] });
    expect(caption).not.toHaveProperty('scope');
    expect(shot).toMatchObject({
      prompt: '{{ steps.caption.text }} {{ row.name }} {{ brand }}',
      params: { width: 800 },
      scope: { brand: 'Acme', row: { name: 'lamp' } },
    });
    expect((shot?.scope?.['row'] as object | undefined) ?? {}).not.toHaveProperty('sku');
  });

  it('never fills in what a row says as a template', async () => {
    const { items } = await expand('  - { from: c.txt, image: "{{ row.text }}" }', {
      'c.txt': 'a {{ run.time }}',
    });
    expect(items[0]?.steps[0]).toMatchObject({ prompt: 'a {{ run.time }}' });
    const steps =
      '[{ id: a, text: hi }, { id: b, text: "{{ steps.a.text }}", params: { user: "{{ row.text }}" } }]';
    const later = await expand(`  - { from: c.txt, steps: ${steps} }`, { 'c.txt': '{{ steps.a.text }}' });
    expect(later.items[0]?.steps[1]).toMatchObject({
      params: { user: '{{ row.text }}' },
      scope: { row: { text: '{{ steps.a.text }}' } },
    });
  });

  it('keeps 2 KiB of an item’s values, leaving out those that do not fit', async () => {
    const { items } = await expand('  - { from: d.jsonl, text: "{{ row.a }}" }', {
      'd.jsonl': JSON.stringify({ a: 'x', long: 'y'.repeat(3_000), b: 'z' }),
    });
    expect(items[0]?.vars).toEqual({ a: 'x', b: 'z' });
  });
});

describe('problems of data', () => {
  it('are one for a column that a table does not have, where the template is', async () => {
    const { problems } = await expand('  - { from: c.csv, image: "A {{ row.nmae }}" }', { 'c.csv': csv });
    expect(problems).toEqual([
      'jobs/job.yaml:4:27: column-unknown: unknown column `nmae`; did you mean `name`? known here: `sku`, `name`, `width` (the columns of c.csv)',
    ]);
  });

  it('are where the row is, for the first five rows of a slip, with a count of the others', async () => {
    const rows = Array.from({ length: 20 }, (_, index) => `${index},${index < 2 ? 5 : 'wide'}`);
    const { problems } = await expand(
      '  - from: c.csv\n    image: "A {{ row.n }}"\n    params: { width: "{{ row.width }}" }',
      { 'c.csv': `n,width\n${rows.join('\n')}\n` },
    );
    expect(problems).toHaveLength(6);
    expect(problems[0]).toBe(
      'jobs/c.csv:4:3: param-invalid: row 3 of c.csv (line 4), column `width`: "width" must be a whole number from 1 to 16384, not "wide" (asked for in jobs/job.yaml:6:22)',
    );
    expect(problems[5]).toContain('and 13 more of the same, the last one: row 20 of c.csv (line 21)');
  });

  it.each([
    [
      'a row that is no JSON',
      '  - { from: d.jsonl, text: hi }',
      '{"a":1}\n{"a" 2}\n',
      'jobs/d.jsonl:2:6: data-invalid: row 2 of d.jsonl (line 2): the line is no JSON',
    ],
    [
      'a column that only some rows have',
      '  - { from: d.jsonl, text: "{{ row.a }}" }',
      '{"a":1}\n{"bee":2}\n',
      'jobs/d.jsonl:2:1: column-unknown: row 2 of d.jsonl (line 2): unknown column `a`; known here: `bee`',
    ],
    [
      'an empty prompt',
      '  - { from: d.jsonl, text: "{{ row.a }}" }',
      '{"a":""}',
      'jobs/d.jsonl:1:2: prompt-empty: row 1 of d.jsonl (line 1), column `a`: ',
    ],
    [
      'an id that is none',
      '  - { from: d.jsonl, id: "{{ row.a }}", text: hi }',
      '{"a":"../x"}',
      'jobs/d.jsonl:1:2: id-invalid: row 1 of d.jsonl (line 1), column `a`: the id `../x` cannot be one',
    ],
    [
      'an id that Windows keeps',
      '  - { from: d.jsonl, id: "{{ row.a }}", text: hi }',
      '{"a":"nul"}',
      'Windows keeps this name',
    ],
    [
      'two ids alike',
      '  - { from: d.jsonl, id: "{{ row.a }}", text: "{{ row.a }}" }',
      '{"a":"x"}\n{"a":"X"}',
      'jobs/d.jsonl:2:1: id-duplicate: the id `X` is taken by `x`, whose case alone differs, in line 1',
    ],
    [
      'a picture from elsewhere',
      '  - { from: d.jsonl, messages: [{ role: user, content: [{ type: image_url, image_url: { url: "{{ row.a }}" } }] }] }',
      '{"a":"file:///etc/passwd"}',
      'jobs/d.jsonl:1:2: url-invalid: row 1',
    ],
    [
      'a null that a text would not show',
      '  - { from: d.jsonl, text: "{{ row.n | default: 0 }} {{ row.a }}" }',
      '{"n":null,"a":null}',
      'jobs/d.jsonl:1:11: value-null: row 1 of d.jsonl (line 1), column `a`: `{{ row.a }}` is null; `{{ row.a | default: "" }}` lets nothing stand in its place (asked for in jobs/job.yaml:4:28)',
    ],
    [
      'a null in a step that is filled in later',
      '  - { from: d.jsonl, steps: [{ id: a, text: hi }, { id: b, text: "{{ steps.a.text }} {{ row.a }}" }] }',
      '{"a":null}',
      'jobs/d.jsonl:1:2: value-null: row 1 of d.jsonl (line 1), column `a`',
    ],
    [
      'a null for a parameter',
      '  - { from: d.jsonl, text: hi, params: { max_tokens: "{{ row.a }}" } }',
      '{"a":null}',
      'jobs/d.jsonl:1:2: param-invalid: row 1 of d.jsonl (line 1), column `a`: "max_tokens" must be a whole number of 0 or more, not null',
    ],
    [
      'a file that is not there',
      '  - { from: e.csv, text: hi }',
      '',
      'jobs/job.yaml:4:13: source-missing: there is no file e.csv',
    ],
    [
      'a condition on no column',
      '  - { from: d.jsonl, select: { where: { knid: 1 } }, text: hi }',
      '{"kind":1}',
      'jobs/job.yaml:4:47: column-unknown: no row of d.jsonl has the column `knid`; did you mean `kind`?',
    ],
    [
      'no rows at all',
      '  - { from: d.jsonl, text: hi }',
      '\n',
      'jobs/job.yaml:4:13: entry-empty: no item comes of this: `d.jsonl` has no rows',
    ],
    [
      'a matrix too large',
      `  - { matrix: { a: [${'1,'.repeat(1_100)}1], b: [${'1,'.repeat(1_100)}1] }, text: hi }`,
      '',
      'jobs/job.yaml:4:5: item-limit',
    ],
  ])('name %s', async (_what, items, data, problem) => {
    const { problems } = await expand(items, { 'd.jsonl': data });
    expect(problems.join('\n')).toContain(problem);
    expect(problems).toHaveLength(1);
  });

  it.each([
    ['d.csv', 'prompt,n\na,1\n', 'jobs/job.yaml:4:26'],
    ['d.jsonl', '{"prompt":"a"}', 'jobs/d.jsonl:1:1'],
    ['d.json', '[{"prompt":"a"}]', 'jobs/d.json:1:1'],
    ['d.yaml', '- { prompt: a }\n', 'jobs/d.yaml:1:1'],
  ])('guess the column that was meant: %s', async (file, data, place) => {
    const { problems } = await expand(`  - { from: ${file}, text: "{{ row.promt }}" }`, { [file]: data });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('column-unknown: ');
    expect(problems[0]).toContain('unknown column `promt`; did you mean `prompt`?');
    expect(problems[0]?.startsWith(place.replace(/:\d+$/, ':'))).toBe(true);
  });

  it('are all those of a line of names, and of a YAML file', async () => {
    const header = await expand('  - { from: c.csv, text: hi }', {
      'c.csv': 'a,,a,__proto__,b\n1,2,3,4,5\n',
    });
    expect(header.problems).toEqual([
      'jobs/c.csv:1:3: data-invalid: column 2 has no name; the first line names every column',
      'jobs/c.csv:1:4: key-duplicate: the column `a` is there already; name one of them differently',
      'jobs/c.csv:1:6: key-forbidden: the column `__proto__` is not allowed',
    ]);
    const yaml = await expand('  - { from: c.yaml, text: hi }', { 'c.yaml': '- a: 1\n  a: 2\n- b: !x 3\n' });
    expect(yaml.problems).toEqual([
      'jobs/c.yaml:2:3: key-duplicate: the key `a` is in this map already',
      'jobs/c.yaml:3:6: yaml-tag: tags (!name) are not allowed',
    ]);
  });

  it.each([
    ['{ from: e.csv, text: hi }', '4:13', '`e.csv` has no rows'],
    ['{ from: "none/*.txt", text: hi }', '4:13', '`none/*.txt` matches no file'],
    [
      '{ from: c.csv, select: { where: { name: none } }, text: hi }',
      '4:37',
      '`select` leaves no row of `c.csv`',
    ],
    ['{ matrix: { a: [1], exclude: [{ a: 1 }] }, text: hi }', '4:34', '`exclude` leaves no combination'],
    ['{ prompts: [a, b], from: e.csv }', '4:30', '`e.csv` has no rows'],
  ])('warn of an entry that no item comes of: %s', async (entry, place, message) => {
    const files = { 'c.csv': csv, 'e.csv': 'a,b\n' };
    const { problems, warnings } = await expand(`  - ${entry}\n  - text: one`, files);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`jobs/job.yaml:${place}: entry-empty: `)]);
    expect(warnings[0]).toContain(message);
    expect((await expand(`  - ${entry}`, files)).problems).toEqual(warnings);
  });
});
