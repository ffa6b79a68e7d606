import { expect } from 'vitest';
import { type AttemptInput, createApiClient } from '../../src/pollinations/client.ts';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import type { Answer, Fault, Outcome } from '../../src/pollinations/outcome.ts';
import type { Secret } from '../../src/pollinations/secret.ts';

type AttemptOptions = Partial<AttemptInput> & {
  readonly key?: Secret;
  /** Parameters of an image call. */
  readonly params?: Readonly<Record<string, unknown>>;
};

/** One attempt at a small text call. */
export function attemptText(base: string, options: AttemptOptions = {}): Promise<Outcome> {
  const request = dialects['enter-v1'].textRequest({
    model: 'openai',
    messages: [{ role: 'user', content: 'A haiku' }],
    params: {},
    seed: 7,
  });
  return attempt(base, { kind: 'text', request, ...options });
}

/** One attempt at a small image call. */
export function attemptImage(
  base: string,
  { params = {}, ...options }: AttemptOptions = {},
): Promise<Outcome> {
  const request = dialects['enter-v1'].imageRequest({ model: 'flux', prompt: 'a lamp', params, seed: 7 });
  return attempt(base, { kind: 'image', request, ...options });
}

function attempt(
  base: string,
  { key, ...input }: AttemptOptions & Pick<AttemptInput, 'kind' | 'request'>,
): Promise<Outcome> {
  const client = createApiClient({ base, ...(key && { key }) });
  return client.attempt({ requestId: 'attempt-1', deadlineMs: 20_000, ...input });
}

/** The fault of an outcome; fails the test when it is an answer. */
export function faultOf(outcome: Outcome): Fault {
  expect(outcome.kind).toBe('fault');
  return (outcome as Extract<Outcome, { kind: 'fault' }>).fault;
}

/** The answer of an outcome; fails the test with the fault when there is none. */
export function answerOf(outcome: Outcome): Answer {
  if (outcome.kind === 'fault') expect.fail(JSON.stringify(outcome.fault));
  return outcome;
}

/** A chat completion as the gateway sends it. */
export function completion(overrides: object = {}, message: object = {}): object {
  return {
    id: 'pllns_0123456789abcdef0123456789abcdef',
    object: 'chat.completion',
    model: 'gpt-5-mini-2025-08-07',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        message: {
          role: 'assistant',
          content: 'Gold dust drifts',
          refusal: null,
          annotations: [],
          ...message,
        },
        content_filter_results: {},
      },
    ],
    usage: {
      prompt_tokens: 258,
      completion_tokens: 1465,
      total_tokens: 1723,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 1280, accepted_prediction_tokens: 0 },
    },
    ...overrides,
  };
}
