import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/manifest/job.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { jobOf, load, places, problemsOf } from './api-rules.ts';

const entriesOf = (item: string): readonly Entry[] => jobOf(`version: 1\nitems:\n  - ${item}\n`).entries;

describe('a job that says a bit of everything', () => {
  const text = readFileSync(new URL('language.yaml', import.meta.url), 'utf8');
  const loaded = loadJob(text, 'language.yaml', jobChecks);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { job, placeOf } = loaded;

  it('has what stands around its items', () => {
    const { entries: _entries, schedule, ...head } = job;
    expect(schedule).toMatchObject({ cron: ['0 6 * * *'], newOnly: true });
    expect(head).toEqual({
      version: 1,
      name: 'product-shots',
      description: 'A bit of everything',
      labels: { team: 'shop' },
      timezone: 'Europe/Berlin',
      budget: { amount: '2.5', onExceeded: 'pause' },
      spend: 'any',
      canary: { items: 10, approve: 'manual', maxFailureRate: 0.1, maxCost: '0.05' },
      deadline: 21_600_000,
      failFast: { rate: 0.5, window: 20 },
      priority: 'high',
      limits: { concurrency: 8 },
      notify: [{ url: 'https://hooks.example/batch', on: ['completed', 'failed'] }],
      reuse: true,
      allowUnpriced: false,
      seed: 'stable',
      vars: { brand: 'Acme', tones: ['dry', 'warm'], size: { width: 512 } },
    });
  });

  it('has an entry for each item and prompt, with templates as they were written', () => {
    expect(job.entries).toHaveLength(6);
    expect(job.entries[3]).toMatchObject({
      id: '{{ product }}-{{ style }}',
      matrix: {
        axes: { product: ['lamp', 'chair'], style: ['photo', 'sketch'] },
        include: [],
        exclude: [{ product: 'chair', style: 'sketch' }],
      },
      samples: 2,
      seed: [1, 2],
      steps: [{ prompt: 'A {{ product }}, {{ matrix.style }}', params: { width: '{{ vars.size.width }}' } }],
    });
    expect(job.entries[5]?.from).toEqual({ path: 's3://bucket/rows.jsonl' });
    expect(job.entries[5]?.steps[0]).toMatchObject({
      images: ['pictures/a.png', 'https://x.test/b.png'],
      output: { format: 'json', schema: { file: 'schemas/answer.json' }, repair: 0 },
      params: { extra: { top_k: 40 } },
    });
  });

  it('has steps that wait for those that they name', () => {
    const { steps, select } = job.entries[4] ?? { steps: [] };
    expect(select).toEqual({ rows: [1, 100], where: { live: 'yes' }, sample: { count: 10, seed: 3 } });
    expect(steps.map(({ id, needs, forEach }) => ({ id, needs, forEach }))).toEqual([
      { id: 'ideas', needs: [], forEach: undefined },
      { id: 'shot', needs: ['ideas'], forEach: { step: 'ideas', path: ['topics'], max: 5 } },
      { id: 'check', needs: ['shot', 'ideas'], forEach: undefined },
    ]);
    expect(steps[0]).toMatchObject({ output: { format: 'json', repair: 2 } });
    expect(steps[2]?.params['extra']).toEqual({ top_k: 1 });
  });

  it('tells where each of its values stands, or the one around it', () => {
    expect(placeOf(['items', 0, 'params', 'width'])).toEqual({ line: 23, column: 22 });
    expect(placeOf(['items', 0, 'seed', 'x'])).toEqual(placeOf(['items', 0]));
    expect(placeOf(['items', 3, 'steps', 1, 'image'])).toMatchObject({ line: 41 });
  });
});

describe('an alias', () => {
  it('stands for what its anchor names, in the place of the alias', () => {
    const text =
      'version: 1\nitems:\n  - { text: a, params: &p { max_tokens: 5 } }\n  - { text: b, params: *p }\n';
    const loaded = load(text);
    if ('problems' in loaded) throw new Error(places(loaded.problems).join());
    expect(loaded.job.entries[1]?.steps[0]?.params).toEqual({ model: 'openai', max_tokens: 5 });
    expect(loaded.placeOf(['items', 1, 'params', 'max_tokens'])).toEqual({ line: 4, column: 24 });
  });

  it('stands for the last value of its name', () => {
    const entries = jobOf('version: 1\nitems: [{ text: &a one }, { text: &a two }, { text: *a }]').entries;
    expect(entries[2]?.steps[0]).toMatchObject({ messages: [{ content: 'two' }] });
  });

  it('of a value that misses something is said to miss it', () => {
    const text =
      'version: 1\nitems:\n  - messages: [&m { role: user, content: a }, *m]\n  - messages: [&n { role: user }, *n]\n';
    expect(places(problemsOf(text))).toEqual(['4:19: key-missing', '4:35: key-missing']);
  });
});

describe('what an item may say', () => {
  it('is a list in the JSON of a step, with or without braces', () => {
    const item = (list: string): string =>
      `steps: [{ id: a, text: a, output: { format: json } }, { id: b, text: "{{ each }}", forEach: "${list}" }]`;
    const eachOf = (list: string): unknown => entriesOf(item(list))[0]?.steps[1]?.forEach;
    expect(eachOf('steps.a.json')).toEqual({ step: 'a', path: [], max: 20 });
    expect(eachOf('{{ steps.a.json.x[0].y-z }}')).toEqual({ step: 'a', path: ['x', 0, 'y-z'], max: 20 });
  });

  it.each([
    ['axes of its matrix, bare', '{ text: "{{ a }} {{ matrix.a.b }}", matrix: { a: [{ b: 1 }] } }'],
    ['keys that include adds', '{ text: "{{ c }}", matrix: { a: [1], include: [{ a: 1, c: 2 }] } }'],
    ['columns of any name', '{ text: "{{ row[\'Product Name\'] }} {{ row.a.b }}", from: a.csv }'],
    [
      'variables of its own',
      '{ text: "{% assign x = run.date %}{{ x }}{% for y in (1..3) %}{{ y }}{% endfor %}" }',
    ],
    ['the sample and the number', '{ id: "a{{ item.number }}", text: "{{ sample }}" }'],
    ['a glob of files', '{ text: "{{ row.text }}", from: "notes/**/*.md" }'],
    ['tables with tabs', '{ text: "{{ row.a }}", from: rows.tsv }'],
    ['a glob of files that is said to be text', '{ text: "{{ row.text }}", from: "notes/*", format: text }'],
    ['another format than its ending tells', '{ text: a, from: rows.data, format: csv }'],
    [
      'pictures of steps, alone or one of two',
      `{ steps: [{ id: a, image: a }, { id: b, text: b, images: ["{{ steps.a.image }}", "{% if run.date %}{{ steps.a.image }}{% endif %}", "{{ steps.a.image | default: 'https://x.test/a.png' }}"] }] }`,
    ],
    [
      'pictures of steps by other ways to write them',
      `{ steps: [{ id: a, image: a }, { id: b, text: b, images: ["{{ steps.a.image | default: 'https://x.test/a|b.png' }}", "{{ steps['a'].image }}", "{% echo steps.a.image %}", "{{ sample | default: steps.a.image }}", "{% if steps.a.image %}{{ steps.a.image }}{% else %}https://x.test/a.png{% endif %}", "{% case sample %}{% when 1 %}{{ steps.a.image }}{% when 2 %}{{ steps.a.image }}{% endcase %}"] }] }`,
    ],
    [
      'pictures of a step over a list by other ways to write them',
      `{ steps: [{ id: a, text: a, output: { format: json } }, { id: c, image: c, forEach: steps.a.json }, { id: d, text: "{{ steps.c | size }} {% if steps.c.size > 1 %}x{% endif %} {{ steps.c | map: 'image' | size }}", images: ["{{ steps.c | reverse | map: 'image' | slice: 0, 2 }}", "{{ steps.c | map: 'image' | last }}", "{{ steps.c[sample].image }}", "{{ steps.c.first.image | default: 'https://x.test/a.png' }}"] }] }`,
    ],
    [
      'what a step over a list gives',
      `{ steps: [{ id: a, text: a, output: { format: json } }, { id: b, text: b, forEach: steps.a.json }, { id: c, image: c, forEach: steps.a.json }, { id: d, text: "{{ steps.b | map: 'text' | join: ', ' }} {{ steps.b[0].text }} {{ steps.b.size }}", images: ["{{ steps.c | map: 'image' }}", "{{ steps.c[0].image }}"] }] }`,
    ],
    [
      'a data URL in a chat',
      'messages: [{ role: user, content: [{ type: image_url, image_url: { url: "data:image/png;base64,AA" } }] }]',
    ],
  ])('are %s', (_about, item) => {
    expect(problemsOf(`version: 1\nitems:\n  - ${item}\n`)).toEqual([]);
  });

  it('are no glob of tables', () => {
    const [problem] = problemsOf('version: 1\nitems:\n  - { text: a, from: "rows/*.csv", format: csv }\n');
    expect(problem).toMatchObject({ line: 3, column: 44, code: 'source-path' });
    expect(problem?.message).toContain('each file that a glob names is one row');
  });

  it('are up to 5,000 items, then it is told of `from`', () => {
    const text = `version: 1\nitems:\n  - prompts: [${'a,'.repeat(5_001)}]\n`;
    expect(problemsOf(text)[0]?.message).toContain('`from:`');
  });
});
