import { describe, expect, it } from 'vitest';
import { createSecret } from '../../src/pollinations/secret.ts';
import { answerOf, attemptText, completion, faultOf } from './attempts.ts';
import { reply, startServer } from './server.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

describe('a text attempt', () => {
  it('answers with the content, the usage and all that identifies it', async () => {
    await using server = await startServer(
      reply(200, completion(), {
        'x-request-id': 'attempt-1',
        'x-model-used': 'gpt-5-mini',
        'x-cache': 'MISS',
        'x-usage-total-tokens': '999999',
      }),
    );
    const answer = answerOf(await attemptText(`${server.url}/api`));
    expect(text(answer.body)).toBe('Gold dust drifts');
    expect(answer).toMatchObject({
      contentType: 'text/plain; charset=utf-8',
      extension: 'txt',
      usage: { promptTextTokens: 258, completionTextTokens: 185, completionReasoningTokens: 1280 },
      cache: { status: 'miss' },
      modelUsed: 'gpt-5-mini',
      finishReason: 'stop',
      requestId: 'attempt-1',
    });
    expect(answer).not.toHaveProperty('message');
    expect(answer.latencyMs).toBeGreaterThan(0);
  });

  it('sends the key as Bearer, its own id and the canonical body to the dialect path', async () => {
    await using server = await startServer(reply(200, completion()));
    const key = createSecret('sk_0123456789abcdef0123456789abcdef');
    answerOf(await attemptText(`${server.url}/api/`, { key, requestId: 'job/run 1:item' }));
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/api/generate/v1/chat/completions',
      body: '{"messages":[{"content":"A haiku","role":"user"}],"model":"openai","seed":7}',
    });
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer sk_0123456789abcdef0123456789abcdef',
      'content-type': 'application/json',
      'x-request-id': 'job-run-1-item',
    });
  });

  it('sends no authorization when it is anonymous', async () => {
    await using server = await startServer(reply(200, completion()));
    answerOf(await attemptText(server.url));
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('tells a cached answer by its header, whatever usage it repeats', async () => {
    await using server = await startServer(
      reply(200, completion(), { 'x-cache': 'HIT', 'x-cache-type': 'dedup' }),
    );
    expect(answerOf(await attemptText(server.url)).cache).toEqual({ status: 'hit', type: 'DEDUP' });
  });

  it('takes the usage from the headers where the body has none', async () => {
    await using server = await startServer(
      reply(200, completion({ usage: undefined }), {
        'x-usage-prompt-text-tokens': '10',
        'x-usage-completion-text-tokens': '20',
      }),
    );
    expect(answerOf(await attemptText(server.url)).usage).toEqual({
      promptTextTokens: 10,
      completionTextTokens: 20,
    });
  });

  it('keeps a message that holds more than its content', async () => {
    await using server = await startServer(reply(200, completion({}, { reasoning_content: 'hm' })));
    expect(answerOf(await attemptText(server.url)).message).toMatchObject({ reasoning_content: 'hm' });
  });

  it('stores the whole message as JSON when tool calls stand for the content', async () => {
    const tool_calls = [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }];
    await using server = await startServer(reply(200, completion({}, { content: null, tool_calls })));
    const answer = answerOf(await attemptText(server.url));
    expect(answer.extension).toBe('json');
    expect(JSON.parse(text(answer.body))).toMatchObject({ tool_calls });
  });

  it('joins the text parts of a content in parts', async () => {
    const content = [
      { type: 'text', text: 'one ' },
      { type: 'image', url: 'x' },
      { type: 'text', text: 'two' },
    ];
    await using server = await startServer(reply(200, completion({}, { content })));
    expect(text(answerOf(await attemptText(server.url)).body)).toBe('one two');
  });
});

describe('a 200 that is no text answer', () => {
  const usage = { promptTextTokens: 258, completionTextTokens: 185, completionReasoningTokens: 1280 };
  const choices = (choice: object): object => completion({ choices: [choice] });

  it.each([
    ['no choices', completion({ choices: [] })],
    ['choices that are none', completion({ choices: 'three' })],
    ['no message', choices({ finish_reason: 'stop' })],
    ['no finish_reason', choices({ message: { content: 'half a' }, finish_reason: null })],
    ['an empty content', completion({}, { content: ' \n' })],
    ['thinking alone', completion({}, { content: '', reasoning_content: 'hm, hm' })],
  ])('fails with its usage when it has %s', async (_, body) => {
    await using server = await startServer(reply(200, body));
    expect(faultOf(await attemptText(server.url))).toMatchObject({
      code: 'bad-result',
      status: 200,
      lost: false,
      usage,
    });
  });

  it('fails when it reports no usage, for then nothing was generated', async () => {
    await using server = await startServer(reply(200, completion({ usage: { total_tokens: 0 } })));
    const fault = faultOf(await attemptText(server.url));
    expect(fault).toMatchObject({ code: 'bad-result', lost: false });
    expect(fault).not.toHaveProperty('usage');
  });

  it.each([
    ["This account doesn't have enough credits. Top up at …", 'no-credit'],
    ['Your pollen balance is used up.', 'no-credit'],
    ['The key budget is exhausted.', 'key-budget'],
    ['This key is not allowed to use the model claude.', 'forbidden'],
  ])('is a notice when nothing was used and no cache may keep it: %s', async (content, code) => {
    const nothing = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    await using server = await startServer(
      reply(200, completion({ usage: nothing }, { content }), { 'cache-control': 'private, no-store' }),
    );
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code, lost: false, message: content });
  });

  it('is a matter of the content policy when the model declined', async () => {
    await using server = await startServer(
      reply(200, completion({}, { content: null, refusal: 'I cannot help with that.' })),
    );
    expect(faultOf(await attemptText(server.url))).toMatchObject({
      code: 'content-policy',
      message: 'I cannot help with that.',
      usage,
    });
  });

  it.each([
    [{ error: 'Insufficient pollen balance' }, 'no-credit'],
    [{ error: { message: 'provider hiccup', code: 'INTERNAL_ERROR' } }, 'server-error'],
    [{ success: false, error: { message: 'blocked by content policy' } }, 'content-policy'],
  ])('is read as the error it holds: %j', async (body, code) => {
    await using server = await startServer(reply(200, body));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code, status: 200, lost: false });
  });

  it.each(['text/html', 'text/plain', 'text/event-stream', ''])('is not the API as "%s"', async (type) => {
    await using server = await startServer(reply(200, '<h1>Sign in</h1>', { 'content-type': type }));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'not-the-api', lost: false });
  });

  it('is lost when it is empty, whatever its type', async () => {
    await using server = await startServer(reply(200, '', { 'content-type': 'application/octet-stream' }));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'truncated', lost: true });
  });

  it.each([
    ['cut off', JSON.stringify(completion()).slice(0, -20)],
    ['empty', ''],
    ['zeros', '\0\0\0\0'],
  ])('is a lost answer when its JSON is %s', async (_, body) => {
    await using server = await startServer(reply(200, body));
    expect(faultOf(await attemptText(server.url))).toMatchObject({
      code: 'truncated',
      status: 200,
      lost: true,
    });
  });
});
