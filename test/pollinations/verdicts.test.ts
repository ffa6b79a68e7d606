import { expect, it } from 'vitest';
import { verdicts } from '../../src/pollinations/verdicts.ts';

it('gives every code the verdict that the rules ask for', () => {
  const summary = Object.entries(verdicts).map(([code, { verdict }]) => {
    return `${code}: ${Object.values(verdict).join(' ')}`;
  });
  expect(summary).toEqual([
    'request-unsafe: fail',
    'unreachable: retry 8',
    'reset: retry 6',
    'deadline: retry 6',
    'truncated: retry 6',
    'aborted: retry 8',
    'redirected: retry 3',
    'answer-too-large: fail',
    'bad-request: fail',
    'request-too-large: fail',
    'not-found: fail',
    'forbidden: fail',
    'content-policy: fail',
    'unauthorized: throttle',
    'no-credit: pause credit',
    'key-budget: pause credit',
    'queue-full: throttle',
    'rate-limited: throttle',
    'server-error: retry 4',
    'gateway: retry 8',
    'edge-timeout: retry 8',
    'not-the-api: retry 3',
    'placeholder: retry 3',
    'bad-result: fail',
    'output-invalid: fail',
  ]);
});

it('tells the person what to do about every code, in a sentence', () => {
  for (const { remedy } of Object.values(verdicts)) expect(remedy).toMatch(/^[A-Z].+\.$/);
});
