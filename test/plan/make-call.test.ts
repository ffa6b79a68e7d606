import { describe, expect, it } from 'vitest';

import { makeCall, makeRequest } from '../../src/plan/make-call.ts';
import { api, prices } from '../support/samples.ts';

const user = { role: 'user', content: 'What is it?' } as const;
const url = 'https://example.org/a.png';
const picture = { type: 'image_url', image_url: { url } };
const messagesOf = (
  messages: readonly { role: 'user' | 'assistant' | 'system'; content: string | object[] }[],
) =>
  (
    JSON.parse(
      makeRequest({ kind: 'text', model: 'openai', params: {}, messages, images: [url] }, 'gen').body ?? '',
    ) as { messages: unknown }
  ).messages;

describe('a call made of its parts', () => {
  it('has the same bytes, digest and price whatever the order of its parameters', () => {
    const parts = { kind: 'text', model: 'openai', seed: 3, messages: [user] } as const;
    const left = makeCall(
      { ...parts, params: { max_tokens: 9, top_p: 1, seed: 8, model: 'x' } },
      api,
      prices,
    );
    const right = makeCall({ ...parts, params: { top_p: 1, max_tokens: 9 } }, api, prices);
    expect(left).toEqual(right);
    expect(JSON.parse(left.request.body ?? '')).toEqual({
      model: 'openai',
      seed: 3,
      max_tokens: 9,
      top_p: 1,
      messages: [user],
    });
    expect(left.maximum).not.toBeNull();
  });

  it('has its pictures in the last message of the user, behind what is there', () => {
    const answer = { role: 'assistant', content: 'A lamp' } as const;
    expect(messagesOf([user, answer])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'What is it?' }, picture] },
      answer,
    ]);
    expect(messagesOf([{ role: 'user', content: [{ type: 'text', text: 'Look' }] }])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Look' }, picture] },
    ]);
    expect(messagesOf([{ role: 'system', content: 'Be brief' }])).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: [picture] },
    ]);
  });
});
