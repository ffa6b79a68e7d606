import { expect, it } from 'vitest';

import { jobLine } from '../../src/gallery/job-line.ts';
import { exportLine } from '../../src/report/export/export-line.ts';
import { planOf } from '../support/plan.ts';
import { succeeded } from '../support/samples.ts';

const head = 'version: 1\nname: bees\n';

/** The requests of a job, and its items as lines of another job. */
async function linesOf(yaml: string) {
  const { pages } = await planOf(yaml);
  return pages
    .flatMap(({ items }) => items)
    .map((item) => {
      if ('steps' in item) throw new Error('the item has several calls');
      const { number, id, kind, model, seed } = item;
      const record = succeeded({ number, id, kind, model, ...(seed === undefined ? {} : { seed }) });
      const line = jobLine(exportLine(record, { item, requests: new Map() }, 4));
      return { request: item.request, line };
    });
}

const strange = [
  String.raw`{{ row.name }} and {% if x %} {%raw%}{%endraw%} {{{{ }} %}`,
  'a "quoted"\n  text\twith\u2028lines, \u007f, \u{1f41d} and - a: dash #no comment',
  '=1+1',
];

it.each([
  ['a text', '- text: A haiku\n'],
  ['a chat', '- messages: [{role: system, content: Be brief}, {role: user, content: Hi}]\n'],
  ['parameters', '- text: Hi\n  params: {temperature: 0.7, stop: ["{{ \'{{\' }}"], max_tokens: 20}\n'],
  ['what the API does not document', '- text: Hi\n  extra: {mood: calm, deep: {er: [1, null]}}\n'],
  [
    'a JSON answer',
    '- text: Hi\n  output: {format: json, schema: {type: object, properties: {b: {}, a: {}}}}\n',
  ],
  ['an image', '- image: A lamp\n  params: {width: 64, nologo: true, safe: false}\n'],
  ['a pinned seed and samples', '- image: A lamp\n  seed: [3, 4]\n  samples: 2\n'],
  ...strange.flatMap((text): [string, string][] => {
    const escaped = JSON.stringify(text.replaceAll(/\{\{|\{%/g, "{{ '$&' }}")).replaceAll(
      '\u007f',
      '\\u007f',
    );
    return [
      [`the text ${JSON.stringify(text)}`, `- text: ${escaped}\n`],
      [`the picture ${JSON.stringify(text)}`, `- image: ${escaped}\n`],
    ];
  }),
])('sends the same bytes again: %s', async (_what, items) => {
  const all = await linesOf(`${head}items:\n${items}`);
  expect(all.length).toBeGreaterThan(0);
  const again = `${head}items:\n${all.map(({ line }) => `${line}\n`).join('')}`;
  expect((await linesOf(again)).map(({ request }) => request)).toEqual(all.map(({ request }) => request));
  for (const { line } of all) expect(line).not.toContain('\n');
});

it('is none where nobody knows what was asked for, or the pictures that it showed are its job’s own', () => {
  const asked = { id: 'a', kind: 'text', model: 'openai', params: {} } as const;
  expect(jobLine(asked)).toBeUndefined();
  const content = [{ type: 'image_url', image_url: { url: `attachment:${'0'.repeat(64)}` } }];
  const messages = [{ role: 'user' as const, content }];
  expect(jobLine({ ...asked, prompt: 'What is it?', messages })).toBeUndefined();
});
