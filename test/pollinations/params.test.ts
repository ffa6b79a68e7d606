import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paramProblems } from '../../src/pollinations/params.ts';

const problemsOf = (kind: 'text' | 'image', params: Record<string, unknown>): readonly string[] =>
  paramProblems(kind, params).map((problem) => problem.param);

describe('parameters', () => {
  it('may all be given within their ranges', () => {
    const text = {
      model: 'openai',
      seed: 7,
      temperature: 2,
      top_p: 0.5,
      frequency_penalty: -2,
      presence_penalty: 2,
      repetition_penalty: 1.1,
      max_tokens: 300,
      stop: ['END'],
      n: 1,
      stream: false,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      logprobs: true,
      top_logprobs: 20,
      logit_bias: { '50256': -100 },
      user: 'me',
      modalities: ['text'],
      thinking: { type: 'enabled', budget_tokens: 100 },
      thinking_budget: 100,
      reasoning_effort: 'low',
    };
    const image = {
      model: 'flux',
      seed: 2_147_483_647,
      width: 1024,
      height: 768,
      nologo: true,
      private: false,
      nofeed: true,
      enhance: true,
      transparent: true,
      safe: 'privacy,nsfw',
      negative_prompt: 'blurry',
      quality: 'hd',
      image: ['https://a.test/a.png'],
      guidance_scale: 7.5,
      aspectRatio: '16:9',
    };
    expect(paramProblems('text', text)).toEqual([]);
    expect(paramProblems('image', image)).toEqual([]);
  });

  it.each([
    ['text', { temperature: 2.1 }],
    ['text', { temperature: '0.7' }],
    ['text', { temperature: Number.NaN }],
    ['text', { top_p: -0.1 }],
    ['text', { max_tokens: 1.5 }],
    ['text', { max_tokens: -1 }],
    ['text', { seed: 2 ** 53 }],
    ['text', { seed: '7' }],
    ['text', { stop: [] }],
    ['text', { stop: ['a', 'b', 'c', 'd', 'e'] }],
    ['text', { n: 2 }],
    ['text', { stream: true }],
    ['text', { response_format: 'json' }],
    ['text', { response_format: { type: 'yaml' } }],
    ['text', { response_format: { type: 'json_schema' } }],
    ['text', { reasoning_effort: 'extreme' }],
    ['text', { top_logprobs: 21 }],
    ['image', { width: 0 }],
    ['image', { width: 512.5 }],
    ['image', { height: Infinity }],
    ['image', { nologo: 'true' }],
    ['image', { enhance: 1 }],
    ['image', { quality: 'best' }],
    ['image', { seed: 2_147_483_648 }],
    ['image', { model: '' }],
  ] as const)('of a %s call are refused when wrong: %j', (kind, params) => {
    const problems = paramProblems(kind, params);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ param: Object.keys(params)[0], code: 'param-invalid' });
  });

  it.each([
    ['text', { model: 'openai-audio' }],
    ['text', { modalities: ['text', 'audio'] }],
    ['text', { audio: { voice: 'alloy', format: 'mp3' } }],
    ['image', { model: 'veo' }],
    ['image', { model: 'seedance-pro' }],
    ['image', { model: 'wan' }],
    ['image', { duration: 5 }],
    ['image', { audio: true }],
  ] as const)('of a %s call that ask for video or audio are refused for now: %j', (kind, params) => {
    expect(paramProblems(kind, params)[0]?.message).toContain('not supported yet');
  });

  it.each([
    'http://a.test/a.png',
    'file:///etc/passwd',
    'https://a.test/a.png,b.png',
    'https://a.test/a.png|http://a.test/b.png',
    ['https://a.test/a.png', 'http://a.test/b.png'],
    ['https://a.test/a.png|http://a.test/b.png'],
    [5],
    [],
    5,
  ])('of pictures to change are https URLs, and not %j', (image) => {
    expect(paramProblems('image', { image })).toMatchObject([{ param: 'image', code: 'url-invalid' }]);
  });

  it('may name several pictures to change', () => {
    const urls = ['https://a.test/a,1.png', 'https://a.test/b.png'];
    for (const image of [urls, urls.join('|')]) expect(paramProblems('image', { image })).toEqual([]);
  });

  it('that the API does not document may be under `extra`', () => {
    expect(paramProblems('text', { extra: { top_k: 4 } })).toEqual([]);
  });

  it('may not ask for a random seed, and says why', () => {
    expect(paramProblems('image', { seed: -1 })[0]?.message).toContain('another paid generation');
  });

  it('are all judged at once', () => {
    expect(problemsOf('text', { temperature: 3, top_p: 2, tempratur: 1, max_tokens: 5 })).toEqual([
      'temperature',
      'top_p',
      'tempratur',
    ]);
  });

  it.each([
    ['text', 'tempratur', '"tempratur" is not a parameter of text calls; did you mean "temperature"?'],
    ['text', 'maxTokens', '"maxTokens" is not a parameter of text calls; did you mean "max_tokens"?'],
    ['image', 'widht', '"widht" is not a parameter of image calls; did you mean "width"?'],
    ['image', 'no-logo', '"no-logo" is not a parameter of image calls; did you mean "nologo"?'],
    ['image', 'temperature', '"temperature" is a parameter of text calls, and this is an image call'],
    ['text', 'width', '"width" is a parameter of image calls, and this is a text call'],
    ['text', 'frobnicate', '"frobnicate" is not a parameter of text calls'],
    ['text', '__proto__', '"__proto__" is not a parameter of text calls'],
    ['text', 'constructor', '"constructor" is not a parameter of text calls'],
  ] as const)('of a %s call are refused when unknown: %s', (kind, param, message) => {
    const params = JSON.parse(`{${JSON.stringify(param)}:1}`) as Record<string, unknown>;
    expect(paramProblems(kind, params)).toEqual([{ param, code: 'param-unknown', message }]);
  });

  it('never make the check throw, whatever a file holds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('text', 'image'),
        fc.dictionary(fc.string(), fc.anything()),
        (kind, params) => {
          expect(paramProblems(kind, params)).toBeInstanceOf(Array);
        },
      ),
    );
    const names = ['seed', 'stop', 'image', 'tools', 'response_format', 'safe', 'width', 'model', 'n'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        expect(paramProblems('text', { [name]: value })).toBeInstanceOf(Array);
        expect(paramProblems('image', { [name]: value })).toBeInstanceOf(Array);
      }),
    );
  });
});
