import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import { promptProblem, urlProblem } from '../../src/pollinations/prompt-problem.ts';

describe('a prompt', () => {
  it.each([
    ['', 'prompt-empty'],
    [' \n\t', 'prompt-empty'],
    ['.', 'prompt-dot-segment'],
    ['..', 'prompt-dot-segment'],
    ['half a \uD83D pair', 'prompt-ill-formed'],
    ['\uDE00', 'prompt-ill-formed'],
    ['花'.repeat(911), 'url-too-long'],
    ['a'.repeat(8193), 'url-too-long'],
  ])('is refused before any call: %j', (prompt, code) => {
    expect(promptProblem(prompt)?.code).toBe(code);
  });

  it.each([
    '...',
    '. .',
    './..',
    '%2E%2E',
    'a/b?c#d%',
    'line\nbreak',
    '😀',
    '花'.repeat(910),
    'a'.repeat(8192),
  ])('may be sent: %j', (prompt) => {
    expect(promptProblem(prompt)).toBeUndefined();
  });

  it('of a text call may be long or a dot, as it travels in the body', () => {
    expect(promptProblem('..', 'text')).toBeUndefined();
    expect(promptProblem('a'.repeat(100_000), 'text')).toBeUndefined();
    expect(promptProblem('\uD83D', 'text')?.code).toBe('prompt-ill-formed');
  });
});

describe('the URL of a request', () => {
  it('is too long when prompt and parameters together are', () => {
    const prompt = 'a'.repeat(8000);
    const request = (negative_prompt: string) =>
      dialects.gen.imageRequest({ model: 'flux', prompt, params: { negative_prompt } });
    expect(urlProblem(request('ugly'))).toBeUndefined();
    expect(urlProblem(request('ugly '.repeat(40)))?.code).toBe('url-too-long');
  });
});
