import { describe, expect, it } from 'vitest';

import { createModelCheck } from '../../src/pollinations/model-problems.ts';
import type { ModelInfo } from '../../src/pollinations/models.ts';

const model = (kind: ModelInfo['kind'], id: string, abilities: ModelInfo['abilities'] = {}): ModelInfo => ({
  id,
  kind,
  aliases: id === 'openai' ? ['gpt-5-mini'] : [],
  priced: true,
  free: false,
  abilities,
});
const models = [
  model('text', 'openai', {
    inputs: ['text', 'image'],
    outputs: ['text'],
    params: ['max_tokens', 'response_format'],
  }),
  model('text', 'mistral', { inputs: ['text'], outputs: ['text'] }),
  model('text', 'whisper', { inputs: ['audio'], outputs: ['audio'] }),
  model('image', 'flux', { inputs: ['text'], outputs: ['image'] }),
  model('image', 'kontext', { inputs: ['text', 'image'], outputs: ['image'] }),
  model('image', 'gptimage'),
  model('image', 'veo', { outputs: ['video'] }),
];
const priced = [{ kind: 'text', model: 'my-own' }] as const;
const check = createModelCheck({ dialect: 'gen', models, priced });

describe('the list of models', () => {
  it.each([
    ['text', { model: 'opnai' }, 'the API has no text model "opnai"; did you mean "openai"?'],
    ['text', { model: 'llama-4-scout' }, 'it has openai, gpt-5-mini, mistral, whisper'],
    ['text', { model: 'flux' }, '"flux" makes images, and this item asks for texts'],
    ['image', { model: 'mistral' }, '"mistral" makes texts, and this item asks for images'],
    ['image', { model: 'veo' }, '"veo" makes video, which is not supported yet'],
    ['text', { model: 'whisper' }, '"whisper" makes audio, which is not supported yet'],
    ['image', { model: 'flux', image: 'https://a.example/b.png' }, '"flux" takes no pictures'],
  ] as const)('refuses a %s call of %o', (kind, params, message) => {
    const problems = check(kind, params, false);
    expect(problems.map((problem) => problem.message).join()).toContain(message);
    expect(problems.every(({ isWarning }) => isWarning === undefined)).toBe(true);
  });

  it('refuses to show pictures to a model that does not see', () => {
    expect(check('text', { model: 'mistral' }, true)).toEqual([
      { code: 'model-param', message: '"mistral" takes no pictures', param: 'images' },
    ]);
    expect(check('text', { model: 'openai' }, true)).toEqual([]);
  });

  it.each([
    ['text', { model: 'gpt-5-mini', max_tokens: 10, seed: 1, extra: { a: 1 } }],
    ['text', { model: 'my-own', temperature: 1 }],
    ['image', { model: 'kontext', image: 'https://a.example/b.png', width: 2_000 }],
    ['image', { model: 'gptimage', image: 'https://a.example/b.png', quality: 'high' }],
  ] as const)('has nothing against a %s call of %o', (kind, params) => {
    expect(check(kind, params, false)).toEqual([]);
  });

  it('warns of what a model ignores', () => {
    expect(check('text', { model: 'openai', temperature: 1, max_tokens: 1 }, false)).toMatchObject([
      { code: 'model-param', isWarning: true, message: expect.stringContaining('`temperature`') as string },
    ]);
    expect(check('image', { model: 'flux', quality: 'high' }, false)).toMatchObject([
      { code: 'model-param', isWarning: true },
    ]);
  });

  it('warns of sizes that the API of the first era does not give', () => {
    const early = createModelCheck({ dialect: 'enter', models, priced });
    expect(early('image', { model: 'flux', width: 1_024, height: 512 }, false)).toMatchObject([
      { code: 'model-size', isWarning: true, message: expect.stringContaining('768') as string },
    ]);
    expect(early('image', { model: 'kontext', width: 1_024 }, false)).toEqual([]);
    expect(early('image', { model: 'kontext', width: 1_025 }, false)).toHaveLength(1);
  });
});
