import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import type { ImageCall, TextCall } from '../../src/pollinations/dialects/index.ts';
import { promptProblem } from '../../src/pollinations/prompt-problem.ts';

const textCall: TextCall = {
  model: 'openai',
  messages: [{ role: 'user', content: 'Hello!' }],
  params: { temperature: 0.7, max_tokens: 300 },
};
const imageCall: ImageCall = {
  model: 'flux',
  prompt: 'a beautiful sunset',
  params: { width: 1024, height: 768, nologo: true, private: false },
  seed: 42,
};

describe('the dialects', () => {
  it.each([
    ['enter', 'https://enter.pollinations.ai/api/generate/openai'],
    ['enter-v1', 'https://enter.pollinations.ai/api/generate/v1/chat/completions'],
    ['gen', 'https://gen.pollinations.ai/v1/chat/completions'],
  ] as const)('send text in %s to %s', (name, url) => {
    const dialect = dialects[name];
    const request = dialect.textRequest(textCall);
    expect(dialect.defaultBase + request.path).toBe(url);
    expect(request).toMatchObject({
      method: 'POST',
      body: '{"max_tokens":300,"messages":[{"content":"Hello!","role":"user"}],"model":"openai","temperature":0.7}',
    });
  });

  it.each([
    ['enter', 'https://enter.pollinations.ai/api/generate/image'],
    ['enter-v1', 'https://enter.pollinations.ai/api/generate/image'],
    ['gen', 'https://gen.pollinations.ai/image'],
  ] as const)('ask for images in %s below %s', (name, url) => {
    const dialect = dialects[name];
    const request = dialect.imageRequest(imageCall);
    expect(dialect.defaultBase + request.path).toBe(
      `${url}/a%20beautiful%20sunset?height=768&model=flux&nologo=true&seed=42&width=1024`,
    );
    expect(request).toMatchObject({ method: 'GET' });
    expect(request).not.toHaveProperty('body');
  });

  it('know how each era lists models, rounds and caches', () => {
    const facts = Object.values(dialects).map((each) => [
      each.name,
      each.textModelsPath,
      each.imageModelsPath,
      each.rounding,
      each.cacheMode,
    ]);
    expect(facts).toEqual([
      ['enter', '/generate/openai/models', '/generate/image/models', 'each', 'none'],
      ['enter-v1', '/generate/text/models', '/generate/image/models', 'each', 'exact'],
      ['gen', '/text/models', '/image/models', 'once', 'paid-hit'],
    ]);
  });
});

describe('a text request', () => {
  it('has the same bytes whatever the order its parts were written in', () => {
    const turned: TextCall = {
      messages: [{ content: 'Hello!', role: 'user' }],
      params: { max_tokens: 300, temperature: 0.7 },
      model: 'openai',
    };
    expect(dialects.gen.textRequest(turned)).toEqual(dialects.gen.textRequest(textCall));
  });

  it('keeps the order of a JSON schema, which is the order of the answer', () => {
    const properties = { reasoning: { type: 'string' }, answer: { type: 'string' } };
    const response_format = { type: 'json_schema', json_schema: { schema: { properties } } };
    const { body } = dialects.gen.textRequest({ ...textCall, params: { response_format } });
    expect(body).toContain(JSON.stringify(response_format));
  });

  it('takes the seed of the call over one among the params, and no model from them', () => {
    const params = { seed: 1, model: 'claude', messages: [] };
    const { body } = dialects.gen.textRequest({ ...textCall, params, seed: 9 });
    expect(JSON.parse(body ?? '')).toEqual({ model: 'openai', messages: textCall.messages, seed: 9 });
  });

  it('sends false in a body, where it means something', () => {
    const { body } = dialects.gen.textRequest({ ...textCall, params: { parallel_tool_calls: false } });
    expect(JSON.parse(body ?? '')).toMatchObject({ parallel_tool_calls: false });
  });

  it('cannot be made of what JSON cannot hold', () => {
    const broken = { ...textCall, params: { user: 1n } };
    expect(() => dialects.gen.textRequest(broken)).toThrow(TypeError);
  });
});

describe('an image request', () => {
  it('joins reference images so that every era splits them right', () => {
    const image = ['https://a.test/1,2.png', 'https://b.test/?x=1|2'];
    const { path } = dialects.gen.imageRequest({ ...imageCall, params: { image } });
    expect(new URL(path, 'http://api.test').searchParams.get('image')).toBe(image.join('|'));
  });

  it('carries any prompt and any text parameter to the server unchanged', () => {
    const prompts = fc.string({ unit: 'binary', minLength: 1 }).filter((prompt) => !promptProblem(prompt));
    fc.assert(
      fc.property(prompts, fc.string({ unit: 'grapheme' }), (prompt, negative_prompt) => {
        const { path } = dialects.gen.imageRequest({ ...imageCall, prompt, params: { negative_prompt } });
        const url = new URL(dialects.gen.defaultBase + path);
        // Parsing must leave every byte alone, or what is sent is not what was planned.
        expect(url.href).toBe(dialects.gen.defaultBase + path);
        const segments = url.pathname.split('/');
        expect(segments).toHaveLength(3);
        expect(decodeURIComponent(segments[2] ?? '')).toBe(prompt);
        expect(url.searchParams.get('negative_prompt')).toBe(negative_prompt);
      }),
      { numRuns: 500 },
    );
  });

  it('sends true and leaves false out, for the gateway takes any text as true', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), (enhance, nologo) => {
        const { path } = dialects.enter.imageRequest({ ...imageCall, params: { enhance, nologo } });
        const query = new URL(path, 'http://api.test').searchParams;
        expect(query.get('enhance')).toBe(enhance ? 'true' : null);
        expect(query.get('nologo')).toBe(nologo ? 'true' : null);
      }),
    );
  });
});
