import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { USAGE_TYPES } from '../../src/pollen/usage.ts';
import { usageFromBody, usageFromHeaders } from '../../src/pollinations/usage.ts';

describe('usage in headers', () => {
  it('is read for every type there is', () => {
    const headers = new Headers({
      'x-usage-prompt-text-tokens': '1',
      'x-usage-prompt-cached-tokens': '2',
      'x-usage-prompt-cache-write-tokens': '3',
      'x-usage-prompt-audio-tokens': '4',
      'x-usage-prompt-audio-seconds': '5.5',
      'x-usage-prompt-image-tokens': '6',
      'x-usage-prompt-video-tokens': '7',
      'x-usage-completion-text-tokens': '8',
      'x-usage-completion-reasoning-tokens': '9',
      'x-usage-completion-audio-tokens': '10',
      'x-usage-completion-audio-seconds': '11.25',
      'x-usage-completion-image-tokens': '12',
      'x-usage-completion-video-seconds': '13.5',
      'x-usage-completion-video-tokens': '14',
      'x-usage-total-tokens': '9999',
    });
    const usage = usageFromHeaders(headers);
    expect(Object.keys(usage)).toEqual([...USAGE_TYPES]);
    expect(Object.values(usage)).toEqual([1, 2, 3, 4, 5.5, 6, 7, 8, 9, 10, 11.25, 12, 13.5, 14]);
  });

  it.each(['-1', 'many', '', 'Infinity', '0'])('is absent for %j', (value) => {
    expect(usageFromHeaders(new Headers({ 'x-usage-completion-image-tokens': value }))).toEqual({});
  });
});

describe('usage in a body', () => {
  it.each([
    [
      'takes details out of the totals',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 40, audio_tokens: 10, image_tokens: 5 },
        completion_tokens_details: {
          reasoning_tokens: 20,
          audio_tokens: 5,
          accepted_prediction_tokens: 3,
          rejected_prediction_tokens: 2,
        },
      },
      {
        promptTextTokens: 45,
        promptCachedTokens: 40,
        promptAudioTokens: 10,
        promptImageTokens: 5,
        completionTextTokens: 20,
        completionReasoningTokens: 20,
        completionAudioTokens: 5,
      },
    ],
    [
      'caps details at their total',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        completion_tokens_details: { reasoning_tokens: 9 },
      },
      { promptTextTokens: 10, completionReasoningTokens: 5 },
    ],
    [
      'adds details that the total counts on top',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 24,
        completion_tokens_details: { reasoning_tokens: 9 },
      },
      { promptTextTokens: 10, completionTextTokens: 5, completionReasoningTokens: 9 },
    ],
    [
      'adds reasoning on top although the prompt has details within',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 24,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 9 },
      },
      { promptTextTokens: 6, promptCachedTokens: 4, completionTextTokens: 5, completionReasoningTokens: 9 },
    ],
    [
      'knows the other names of cached and written tokens',
      { prompt_tokens: 10, completion_tokens: 5, cache_read_input_tokens: 4, cache_creation_input_tokens: 3 },
      { promptTextTokens: 3, promptCachedTokens: 4, promptCacheWriteTokens: 3, completionTextTokens: 5 },
    ],
    [
      'bears null details',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: null },
      },
      { promptTextTokens: 10, completionTextTokens: 5 },
    ],
    ['is nothing when all is zero', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, {}],
    ['is nothing without an object', undefined, {}],
    ['is nothing when counts are no numbers', { prompt_tokens: '10', completion_tokens: -5 }, {}],
  ])('%s', (_, body, usage) => {
    expect(usageFromBody(body)).toEqual(usage);
  });

  it('never counts a token twice, nor below zero', () => {
    const count = fc.nat({ max: 1000 });
    fc.assert(
      fc.property(count, count, count, count, (prompt, completion, cached, reasoning) => {
        const usage = usageFromBody({
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          prompt_tokens_details: { cached_tokens: cached },
          completion_tokens_details: { reasoning_tokens: reasoning },
        });
        const sum = Object.values(usage).reduce((total, units) => total + units, 0);
        expect(sum).toBe(prompt + completion);
        expect(Math.min(1, ...Object.values(usage))).toBe(1);
      }),
    );
  });
});
