import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { expandBatch } from '../../../src/plan/batch/expand-batch.ts';
import type { ExpandedItem } from '../../../src/plan/expand/expanded-item.ts';
import { formatProblem } from '../../../src/manifest/problem.ts';
import { jobChecks } from '../../../src/pollinations/job-checks.ts';

const chat = (id: string, body: object = {}): object => ({
  custom_id: id,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello {{ you }}' }], ...body },
});
const image = (id: string, body: object): object => ({
  custom_id: id,
  method: 'POST',
  url: '/v1/images/generations',
  body: { model: 'gpt-image-1', prompt: 'A lamp', ...body },
});

async function expand(
  content: string | Uint8Array | readonly object[],
  model?: string,
): Promise<{ readonly items: readonly ExpandedItem[]; readonly problems: readonly string[] }> {
  const isList = Array.isArray(content);
  const bytes = Buffer.from(
    isList ? content.map((line) => JSON.stringify(line)).join('\n') : (content as string),
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const items: ExpandedItem[] = [];
  const problems: string[] = [];
  const files = {
    // In pieces that end anywhere, in the middle of characters too.
    // oxlint-disable-next-line require-await
    open: async function* () {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
    match: () => Promise.resolve([]),
  };
  const source = { path: 'x.jsonl', sha256, ...(model === undefined ? {} : { model }) };
  for await (const each of expandBatch(source, { file: 'x.jsonl', files, checks: jobChecks })) {
    if (each.kind === 'item') items.push(each.item);
    else problems.push(formatProblem(each.problem));
  }
  return { items, problems };
}

describe('a file of OpenAI’s Batch API', () => {
  it('gives a text for each chat, with its texts as they are and members that nobody documents as extra', async () => {
    const { items, problems } = await expand([
      chat('one', { max_completion_tokens: 50, temperature: null, store: true, metadata: { a: 'b' } }),
    ]);
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        number: 1,
        id: 'one',
        place: { file: 'x.jsonl', line: 1 },
        steps: [{ kind: 'text', messages: [{ role: 'user', content: 'Hello {{ you }}' }] }],
      },
    ]);
    expect(items[0]?.steps[0]?.params).toEqual({
      model: 'gpt-4o-mini',
      max_tokens: 50,
      extra: { store: true, metadata: { a: 'b' } },
    });
  });

  it('gives a picture for each image, in the API’s own parameters', async () => {
    const { items } = await expand([
      image('a', { size: '1024x768', quality: 'standard', n: 1, response_format: 'b64_json' }),
      image('b', { size: 'auto', quality: 'auto', background: 'transparent', seed: 7 }),
    ]);
    expect(items.map(({ steps }) => steps[0])).toMatchObject([
      { kind: 'image', prompt: 'A lamp' },
      { kind: 'image' },
    ]);
    expect(items.map(({ steps }) => steps[0]?.params)).toEqual([
      { model: 'gpt-image-1', width: 1024, height: 768, quality: 'medium' },
      { model: 'gpt-image-1', transparent: true, seed: 7 },
    ]);
  });

  it('asks another model where one is given, whatever the lines name', async () => {
    const { items } = await expand([chat('a'), chat('b', { model: 'o3' })], 'openai');
    expect(items.map(({ steps }) => steps[0]?.params['model'])).toEqual(['openai', 'openai']);
  });

  it('names an item by its number where its custom id can be no id, and keeps it', async () => {
    const names = ['fits', 'two words', '3', '9', 'FITS', '', 'ä'.repeat(2)].map((id) => chat(id || 'last'));
    const { items } = await expand(names);
    expect(items.map(({ id, customId }) => id ?? [customId])).toEqual([
      'fits',
      ['two words'],
      '3',
      ['9'],
      ['FITS'],
      'last',
      ['ää'],
    ]);
  });

  it('reads lines with any ends, blank lines and a byte order mark', async () => {
    const text = `\uFEFF${JSON.stringify(chat('a'))}\r\n\n  \n${JSON.stringify(chat('ü 😀'))}`;
    const { items, problems } = await expand(text);
    expect(problems).toEqual([]);
    expect(items.map(({ number, place }) => [number, place.line])).toEqual([
      [1, 1],
      [2, 4],
    ]);
    expect(items[1]?.customId).toBe('ü 😀');
  });

  it.each([
    ['no JSON', 'not json', '1:2: data-invalid: the line is no JSON: unexpected "o"'],
    ['no JSON further on', '{"custom_id": "a", x}', '1:20: data-invalid'],
    ['JSON that ends too early', '{"custom_id": "a"', '1:18: data-invalid'],
    ['half a line', '{"custom_id": "a", ', '1:20: data-invalid'],
    ['no object', '[1]', '1:1: type-wrong'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), '1:1: data-invalid'],
    ['nothing', '\n\n', '1:1: file-empty'],
    ['another method', [{ ...chat('a'), method: 'GET' }], '1:18: value-invalid'],
    [
      'another endpoint',
      [{ ...chat('a'), url: '/v1/embeddings' }],
      '1:34: value-invalid: the url `/v1/embeddings`',
    ],
    ['an unknown member', [{ ...chat('a'), retries: 3 }], ': key-unknown: a line has no member `retries`'],
    [
      'no custom id',
      [{ ...chat('a'), custom_id: undefined }],
      '1:1: key-missing: the line has no `custom_id`',
    ],
    ['a custom id that is no text', [{ ...chat('a'), custom_id: 7 }], '1:2: value-invalid'],
    [
      'a custom id with half a character',
      '{"custom_id":"\\ud800","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}]}}',
      '1:2: text-ill-formed',
    ],
    [
      'the same custom id twice',
      [chat('a'), chat('b'), chat('a')],
      '3:2: id-duplicate: the custom_id `a` stands in line 1',
    ],
    ['no messages', [chat('a', { messages: undefined })], ': key-missing: the body has no `messages`'],
    [
      'a wrong role',
      [chat('a', { messages: [{ role: 'bot', content: 'x' }] })],
      ': value-invalid: message 1 has the role `bot`',
    ],
    [
      'half a character in a prompt',
      [chat('a', { messages: [{ role: 'user', content: '\ud83d' }] })],
      ': prompt-ill-formed',
    ],
    ['a temperature that is none', [chat('a', { temperature: 9 })], ': param-invalid: "temperature"'],
    ['a stream', [chat('a', { stream: true })], ': param-invalid: "stream"'],
    ['several choices', [chat('a', { n: 2 })], ': param-invalid: "n"'],
    ['several pictures', [image('a', { n: 2 })], ': param-invalid: `n`'],
    ['a size that is none', [image('a', { size: 'big' })], ': param-invalid: `size`'],
    ['a prompt that is a path', [image('a', { prompt: '..' })], ': prompt-dot-segment'],
    ['no prompt', [image('a', { prompt: undefined })], ': key-missing: the body has no `prompt`'],
    [
      'a member that reaches into the program',
      '{"custom_id":"a","method":"POST","url":"/v1/images/generations","body":{"prompt":"x","__proto__":{"n":1}}}',
      ': key-forbidden',
    ],
  ] as const)('is refused with its place for %s', async (_, content, expected) => {
    const { problems } = await expand(content);
    expect(problems.join('\n')).toContain(expected);
    expect(problems).toHaveLength(1);
  });

  it('sends no key of its lines, nor what would go over the prompt, and nothing too deep to be written', async () => {
    const deep = JSON.parse(`${'['.repeat(100)}1${']'.repeat(100)}`) as unknown;
    const { problems } = await expand([
      image('a', { key: 'sk_x', token: 'sk_y' }),
      chat('b', { prompt: 'another', extra: { a: 1 } }),
      chat('c', { metadata: deep }),
    ]);
    expect(problems.map((problem) => problem.replace(/^x\.jsonl:(\d+):\d+: ([\w-]+): .*$/, '$1 $2'))).toEqual(
      ['1 key-misplaced', '1 key-misplaced', '2 key-misplaced', '2 key-misplaced', '3 data-invalid'],
    );
    expect(problems.join()).not.toContain('sk_');
  });

  it('is refused when it is another one than it was', async () => {
    const files = {
      // oxlint-disable-next-line require-await
      open: async function* () {
        yield Buffer.from(JSON.stringify(chat('a')));
      },
      match: () => Promise.resolve([]),
    };
    const lines = expandBatch(
      { path: 'x.jsonl', sha256: 'other' },
      { file: 'x.jsonl', files, checks: jobChecks },
    );
    await lines.next();
    await expect(lines.next()).rejects.toThrow('was changed while it was read');
  });
});
