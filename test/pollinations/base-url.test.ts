import { expect, it } from 'vitest';
import { normaliseBase } from '../../src/pollinations/base-url.ts';

it.each([
  ['https://enter.pollinations.ai/api', 'https://enter.pollinations.ai/api'],
  ['https://Enter.Pollinations.AI:443/api/', 'https://enter.pollinations.ai/api'],
  ['https://gen.pollinations.ai/', 'https://gen.pollinations.ai'],
  [' http://127.0.0.1:8080// ', 'http://127.0.0.1:8080'],
])('brings %s into one form', (text, base) => {
  expect(normaliseBase(text)).toBe(base);
});

it.each([
  ['https://enter.pollinations.ai/api/generate/openai', 'https://enter.pollinations.ai/api'],
  ['https://enter.pollinations.ai/api/generate/openai/chat/completions', 'https://enter.pollinations.ai/api'],
  ['https://enter.pollinations.ai/api/generate/v1', 'https://enter.pollinations.ai/api'],
  ['https://gen.pollinations.ai/v1', 'https://gen.pollinations.ai'],
  ['https://gen.pollinations.ai/v1/chat/completions/', 'https://gen.pollinations.ai'],
])('cuts %s, as OpenAI clients want it, back to the base', (text, base) => {
  expect(normaliseBase(text)).toBe(base);
});

it.each([
  'gen.pollinations.ai',
  'ftp://x.test',
  'https://user:pass@x.test',
  'https://x.test?key=a',
  'https://x.test#a',
  '',
])('refuses %j', (text) => {
  expect(() => normaliseBase(text)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});
