import { describe, expect, it } from 'vitest';
import { createSecret } from '../../src/pollinations/secret.ts';
import { attemptImage, attemptText, faultOf } from './attempts.ts';
import { reply, startServer } from './server.ts';

const envelope = (status: number, code: string, message: string, details?: object): object => ({
  success: false,
  status,
  error: { code, message, timestamp: '2026-01-21T00:00:00Z', ...(details && { details }) },
});
const page = (title: string): string =>
  `<!DOCTYPE html><html><head><style>a{}</style><title>${title}</title></head></html>`;

describe('the code of an error answer', () => {
  it.each<readonly [number, string | object, string, boolean]>([
    [400, envelope(400, 'BAD_REQUEST', 'Invalid request'), 'bad-request', false],
    [400, { error: { code: 'failed_to_download_image', message: 'no image there' } }, 'bad-request', false],
    [401, envelope(401, 'UNAUTHORIZED', 'Authentication required'), 'unauthorized', false],
    [402, envelope(402, 'INSUFFICIENT_BALANCE', 'costs ~0.1, available 0.0000'), 'no-credit', false],
    [402, envelope(402, 'KEY_BUDGET_EXHAUSTED', 'This key is used up'), 'key-budget', false],
    [402, { error: 'Queue full for IP', queueInfo: {} }, 'queue-full', false],
    [403, { error: 'Forbidden', message: 'Your balance is too low' }, 'no-credit', false],
    [403, envelope(403, 'FORBIDDEN', 'Model not allowed for this API key'), 'forbidden', false],
    [403, envelope(403, 'FORBIDDEN', 'insufficient permissions'), 'forbidden', false],
    [404, { error: 'Not found' }, 'not-found', false],
    // Pages are the edge's: the API has none.
    [403, page('Attention Required!'), 'not-the-api', false],
    [404, page('Tunnel not found'), 'not-the-api', false],
    [407, '', 'not-the-api', false],
    [413, page('413 Request Entity Too Large'), 'request-too-large', false],
    [405, '', 'not-found', false],
    [408, envelope(408, 'REQUEST_TIMEOUT', 'slow'), 'gateway', false],
    [413, envelope(413, 'PAYLOAD_TOO_LARGE', 'too large'), 'request-too-large', false],
    [422, envelope(422, 'content_policy_violation', 'refused'), 'content-policy', false],
    [422, envelope(422, 'UNPROCESSABLE_ENTITY', 'cannot'), 'bad-request', false],
    [429, { error: 'Too Many Requests', message: 'Queue is full' }, 'queue-full', false],
    [429, envelope(429, 'RATE_LIMITED', 'Slow down'), 'rate-limited', false],
    [431, envelope(431, 'UNKNOWN_ERROR', 'header too large'), 'request-too-large', false],
    [500, envelope(500, 'INTERNAL_ERROR', 'provider failed'), 'server-error', false],
    [500, envelope(500, 'INTERNAL_ERROR', 'blocked by content filter'), 'content-policy', false],
    [500, page('Internal Server Error'), 'server-error', true],
    [502, envelope(502, 'BAD_GATEWAY', 'upstream said 429'), 'gateway', false],
    [502, page('502 Bad gateway'), 'gateway', true],
    [503, 'Generation coordination temporarily unavailable', 'gateway', false],
    [503, page('503'), 'gateway', true],
    [504, envelope(504, 'GATEWAY_TIMEOUT', 'took too long'), 'edge-timeout', true],
    [520, 'error code: 520', 'edge-timeout', true],
    [524, envelope(524, 'UNKNOWN_ERROR', 'timeout'), 'edge-timeout', true],
    [530, 'error code: 1033', 'edge-timeout', true],
    [204, '', 'not-the-api', false],
  ])('is found for %i %j', async (status, body, code, lost) => {
    await using server = await startServer(reply(status, body));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code, status, lost });
  });
});

describe('the message of an error answer', () => {
  it.each<readonly [string, string | object, string]>([
    ['an envelope', envelope(400, 'BAD_REQUEST', 'Bad thing'), '500 Bad thing'],
    [
      'a validation with its fields',
      envelope(400, 'BAD_REQUEST', 'Invalid', { fieldErrors: { temperature: ['too big', 'not whole'] } }),
      '500 Invalid; temperature: too big, not whole',
    ],
    ['a flat string', { error: 'Error message here' }, '500 Error message here'],
    [
      'a title with a message and the error of a provider',
      { error: 'Bad Request', message: 'no', details: { error: { message: 'seed too large', code: 'x' } } },
      '500 Bad Request: no: seed too large',
    ],
    [
      'an error packed as text into another',
      envelope(500, 'INTERNAL_ERROR', JSON.stringify({ error: 'Bad Request', message: 'model is gone' })),
      '500 Bad Request: model is gone',
    ],
    ['a page', page('502 Bad gateway'), '500 502 Bad gateway'],
    ['plain text over lines', 'error code:\n  524\u001b[31m', '500 error code: 524 [31m'],
    ['JSON of no known shape', { detail: 'odd' }, '500 {"detail":"odd"}'],
  ])('is readable for %s', async (_, body, message) => {
    await using server = await startServer(reply(500, body));
    expect(faultOf(await attemptText(server.url)).message).toBe(message);
  });

  it('is one line of at most 2 KB without the key, in whatever form it is echoed', async () => {
    const key = createSecret('k"ey/+with=specials');
    const forms = [
      key.reveal(),
      encodeURIComponent(key.reveal()),
      JSON.stringify(key.reveal()),
      Buffer.from(key.reveal()).toString('base64'),
      'Bearer sk_someoneelse0123456789',
    ];
    // Each form once early and once across the cut at 2 KB.
    const text = `${forms.join(' ')} ${'ä'.repeat(930)} ${forms.join(' ')} ${'ä'.repeat(2000)}`;
    await using server = await startServer(reply(400, { error: text }));
    const { message } = faultOf(await attemptText(server.url, { key }));
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(2048);
    expect(message).toMatch(/^400 \[redacted\]/);
    expect(message).not.toMatch(/specials|someoneelse|c3BlY2lhbHM|k%22ey|\uFFFD/);
  });

  it.each([
    ['too deep to print', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['not printable', '{"toString":1,"valueOf":1}'],
  ])('leaves out what is %s', async (_, value) => {
    const body = `{"error":{"message":"no","details":{"fieldErrors":{"a":["why",${value}]}}}}`;
    await using server = await startServer(reply(400, body));
    expect(faultOf(await attemptText(server.url)).message).toBe('400 no; a: why');
  });

  it('does not take long over a page made to be slow', async () => {
    const hostile = '<script'.repeat(30_000);
    await using server = await startServer(reply(502, hostile, { 'content-type': 'text/html' }));
    expect(faultOf(await attemptText(server.url)).latencyMs).toBeLessThan(2000);
  });
});

describe('what else an error answer tells', () => {
  it('is how long to wait, by the header before the body', async () => {
    const body = { error: 'Rate limit exceeded', message: 'wait', retryAfterSeconds: 3.31 };
    await using server = await startServer((request, response) =>
      reply(
        429,
        body,
        request.url?.includes('image') === true ? { 'retry-after': '7' } : {},
      )(request, response),
    );
    expect(faultOf(await attemptText(server.url)).retryAfterMs).toBe(3310);
    expect(faultOf(await attemptImage(server.url)).retryAfterMs).toBe(7000);
  });

  it('is the request id and the cache status', async () => {
    await using server = await startServer(
      reply(500, { error: 'x' }, { 'x-request-id': 'abc', 'x-cache': 'MISS' }),
    );
    expect(faultOf(await attemptText(server.url))).toMatchObject({
      requestId: 'abc',
      cache: { status: 'miss' },
    });
  });
});
