import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../src/pollinations/answer-headers.ts';
import { createApiClient } from '../../src/pollinations/client.ts';
import { createSend } from '../../src/pollinations/send.ts';
import { answerOf, attemptText, completion, faultOf } from './attempts.ts';
import { reply, startRawServer, startServer } from './server.ts';

const whole = JSON.stringify(completion());
const call = (requestId: string) =>
  ({
    kind: 'text',
    request: { method: 'POST', path: '/v1/chat/completions', body: '{}' },
    requestId,
    deadlineMs: 20_000,
  }) as const;
const head = (...headers: string[]): string =>
  ['HTTP/1.1 200 OK', 'content-type: application/json', ...headers, '', ''].join('\r\n');

describe('connections', () => {
  it('are kept for the next call, and made for calls at once', async () => {
    const sockets = new Set<Socket>();
    const waiting: (() => void)[] = [];
    await using server = await startServer((request, response) => {
      sockets.add(request.socket);
      const answer = (): void => reply(200, whole)(request, response);
      if (request.headers['x-request-id'] === 'one') return answer();
      waiting.push(answer);
      if (waiting.length === 8) for (const each of waiting) each();
    });
    const client = createApiClient({ base: server.url });
    for (let left = 10; left > 0; left -= 1) answerOf(await client.attempt(call('one')));
    // The next call may come a moment before the connection of the last one is free.
    expect(sockets.size).toBeLessThanOrEqual(2);
    sockets.clear();
    await Promise.all(Array.from({ length: 8 }, () => client.attempt(call('many'))));
    expect(sockets.size).toBe(8);
  });

  it('that the server closed while they were idle are not used again', async () => {
    let closed = (): void => undefined;
    const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
    await using server = await startRawServer((socket) => {
      socket.on('close', closed);
      socket.write(head(`content-length: ${whole.length}`) + whole, () => socket.end());
    });
    const client = createApiClient({ base: server.url });
    answerOf(await client.attempt(call('first')));
    await connectionClosed;
    answerOf(await client.attempt(call('second')));
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['says that it is too large', 'content-length: 900000000', ''],
    ['is given up half-way', 'transfer-encoding: chunked', '1\r\n{\r\n'],
    ['is no compression at all', 'transfer-encoding: chunked\r\ncontent-encoding: gzip', '4\r\n{{{{\r\n'],
  ])('are closed when an answer %s', async (_, header, body) => {
    let closed = (): void => undefined;
    const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
    const controller = new AbortController();
    await using server = await startRawServer((socket) => {
      socket.on('close', closed);
      socket.write(head(header) + body, () => {
        if (header === 'transfer-encoding: chunked') controller.abort();
      });
    });
    expect(faultOf(await attemptText(server.url, { signal: controller.signal })).lost).toBe(true);
    await connectionClosed;
  });

  it('are not made for a call that was stopped while the client was loaded', async () => {
    await using server = await startServer(reply(200, whole));
    const stop = new AbortController();
    const { signal } = stop;
    const sent = createSend()(new URL(server.url), { method: 'GET', headers: {}, signal });
    stop.abort();
    await expect(sent).rejects.toThrow('aborted');
    expect(server.requests).toHaveLength(0);
  });
});

describe('an answer', () => {
  it('is asked for without compression, by a program that names itself', async () => {
    await using server = await startServer(reply(200, whole));
    answerOf(await attemptText(server.url));
    expect(server.requests[0]?.headers).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': 'pollen-batch',
    });
  });

  it.each([
    ['gzip', gzipSync(whole)],
    ['X-GZIP', gzipSync(whole)],
    ['deflate', deflateSync(whole)],
    ['br', brotliCompressSync(whole)],
    ['gzip, br', brotliCompressSync(gzipSync(whole))],
    // As the platform's own client has it.
    ['none-we-know', whole],
  ])('that comes as %s all the same is read', async (encoding, packed) => {
    await using server = await startServer(reply(200, packed, { 'content-encoding': encoding }));
    const { body } = answerOf(await attemptText(server.url));
    expect(Buffer.from(body).toString()).toBe('Gold dust drifts');
  });

  it.each([
    ['gzip', gzipSync(whole)],
    ['br', brotliCompressSync(whole)],
  ])('is truncated without the last byte of its %s', async (encoding, packed) => {
    await using server = await startServer(
      reply(200, packed.subarray(0, -1), { 'content-encoding': encoding }),
    );
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'truncated', lost: true });
  });

  it('after a word of its coming is the one that counts', async () => {
    await using server = await startRawServer((socket) =>
      socket.end(`HTTP/1.1 103 Early Hints\r\n\r\n${head(`content-length: ${whole.length}`)}${whole}`),
    );
    answerOf(await attemptText(server.url));
  });

  it.each([
    ['204 No Content', 'content-encoding: gzip'],
    ['304 Not Modified', 'content-length: 900000000'],
    ['500 Internal Server Error', 'content-length: 0'],
  ])('%s without a body is told by its status', async (status, header) => {
    await using server = await startRawServer((socket) =>
      socket.write(`HTTP/1.1 ${status}\r\n${header}\r\n\r\n`),
    );
    const fault = faultOf(await attemptText(server.url));
    expect(fault.status).toBe(Number(status.slice(0, 3)));
  });

  it('with an empty body is truncated', async () => {
    await using server = await startServer(reply(200, '', { 'content-length': '0' }));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'truncated', status: 200 });
  });
});

describe('headers of an answer', () => {
  it('are found in any case, joined where there are several, and nothing else is', () => {
    const headers = answerHeaders({ 'x-cache': ['HIT', 'MISS'], date: '' });
    expect(headers.get('X-Cache')).toBe('HIT, MISS');
    expect(headers.get('date')).toBe('');
    expect(headers.has('date')).toBe(true);
    expect(headers.get('constructor')).toBeNull();
  });
});
