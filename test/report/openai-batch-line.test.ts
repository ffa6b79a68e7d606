import { expect, it } from 'vitest';

import { openaiBatchLine } from '../../src/report/openai-batch-line.ts';
import type { SucceededRecord } from '../../src/records/record.ts';
import type { ResultLine } from '../../src/report/result-line.ts';

const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
const base = {
  version: 1,
  runId: 'requests-0123456789',
  number: 7,
  id: '7',
  model: 'openai',
  digest: '',
  attempts: [{ attempt: 1, code: 'answered', requestId: 'req-1', charge: { kind: 'free' } }],
  throttled: 0,
  cost,
  at: '2026-11-25T06:00:00.000Z',
} as unknown as SucceededRecord;
const text: SucceededRecord = {
  ...base,
  kind: 'text',
  status: 'succeeded',
  text: 'Hello.',
  sha256: '',
  bytes: 6,
  usage: {
    promptTextTokens: 10,
    promptCachedTokens: 5,
    completionTextTokens: 3,
    completionReasoningTokens: 2,
  },
  finishReason: 'stop',
  modelUsed: 'gpt-5-mini',
};

it('tells a text as a chat completion, with its tokens, under the name that the batch file gave it', () => {
  expect(openaiBatchLine(base.runId, { ...text, customId: 'two words' }, undefined)).toEqual({
    id: 'batch_req_requests-0123456789_7',
    custom_id: 'two words',
    response: {
      status_code: 200,
      request_id: 'req-1',
      body: {
        id: 'chatcmpl-requests-0123456789-7',
        object: 'chat.completion',
        created: 1_795_586_400,
        model: 'gpt-5-mini',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Hello.' },
            logprobs: null,
            finish_reason: 'stop',
          },
        ],
        usage: {
          prompt_tokens: 15,
          completion_tokens: 5,
          total_tokens: 20,
          prompt_tokens_details: { cached_tokens: 5 },
          completion_tokens_details: { reasoning_tokens: 2 },
        },
      },
    },
    error: null,
  });
});

it('tells a long text from its artifact, and a message with more than text as it is', () => {
  const { text: _text, ...long } = text;
  const told = openaiBatchLine(base.runId, long, Buffer.from('long'));
  expect(told.response?.body['choices']).toMatchObject([{ message: { content: 'long' } }]);
  const message = { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] };
  const called = openaiBatchLine(base.runId, { ...text, message }, undefined);
  expect(called.response?.body['choices']).toMatchObject([{ message }]);
});

it('tells an image as base64', () => {
  const image = { ...text, kind: 'image' } as ResultLine;
  const { custom_id: customId, response } = openaiBatchLine(base.runId, image, Buffer.from([1, 2, 255]));
  expect(customId).toBe('7');
  expect(response?.body).toEqual({ created: 1_795_586_400, data: [{ b64_json: 'AQL/' }] });
});

it('tells failed and cancelled items as errors without a response', () => {
  const fault = { code: 'bad-request', message: 'no such model', remedy: '' };
  const failed = { ...base, kind: 'text', status: 'failed', fault } as unknown as ResultLine;
  expect(openaiBatchLine(base.runId, failed, undefined)).toMatchObject({
    response: null,
    error: { code: 'bad-request', message: 'no such model' },
  });
  const cancelled = { ...base, kind: 'text', status: 'cancelled' } as unknown as ResultLine;
  expect(openaiBatchLine(base.runId, cancelled, undefined)).toMatchObject({
    response: null,
    error: { code: 'batch_cancelled' },
  });
  const expired = { ...cancelled, status: 'expired' } as ResultLine;
  expect(openaiBatchLine(base.runId, expired, undefined)).toMatchObject({
    custom_id: '7',
    response: null,
    error: { code: 'batch_expired', message: expect.any(String) },
  });
});
