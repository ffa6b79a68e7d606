import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { answerHeaders } from '../../src/pollinations/answer-headers.ts';
import { createApiClient } from '../../src/pollinations/client.ts';
import { attemptImage, attemptText, completion, faultOf } from './attempts.ts';
import { jpeg } from './pictures.ts';
import { reply, startRawServer, startServer } from './server.ts';

const head = (status: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('an attempt that nothing was sent for', () => {
  it('is unreachable when the connection is refused', async () => {
    const fault = faultOf(await attemptText(`http://127.0.0.1:${await unusedPort()}`));
    expect(fault).toMatchObject({ code: 'unreachable', lost: false });
    expect(fault.message).toContain('ECONNREFUSED');
    expect(fault).not.toHaveProperty('status');
  });

  it('is unreachable when every address of a name refuses', async () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    const client = createApiClient({
      base: 'http://api.test',
      send: () => Promise.reject(refused),
    });
    const request = { method: 'GET', path: '/image/lamp' } as const;
    const outcome = await client.attempt({ kind: 'image', request, requestId: 'a', deadlineMs: 1000 });
    expect(faultOf(outcome)).toMatchObject({ code: 'unreachable', lost: false, message: 'ECONNREFUSED' });
  });

  it('is unreachable when the name is not known', async () => {
    expect(faultOf(await attemptText('http://nowhere.invalid'))).toMatchObject({
      code: 'unreachable',
      lost: false,
    });
  });

  it('is unreachable when the other side speaks no TLS', async () => {
    await using server = await startRawServer((socket) => socket.end(head('400 Bad Request')));
    const base = server.url.replace('http:', 'https:');
    expect(faultOf(await attemptText(base))).toMatchObject({ code: 'unreachable', lost: false });
  });

  it('is stopped before it is sent when the signal had been given', async () => {
    await using server = await startServer(reply(200, completion()));
    const fault = faultOf(await attemptText(server.url, { signal: AbortSignal.abort() }));
    expect(fault).toMatchObject({ code: 'aborted', lost: false });
    expect(server.requests).toHaveLength(0);
  });

  it('is not made when the URL would be rewritten to another endpoint', async () => {
    await using server = await startServer(reply(200, completion()));
    const request = { method: 'GET', path: '/generate/image/..?model=flux' } as const;
    expect(faultOf(await attemptImage(server.url, { request }))).toMatchObject({
      code: 'request-unsafe',
      lost: false,
    });
    expect(server.requests).toHaveLength(0);
  });
});

describe('an answer that was lost on its way', () => {
  it('is reset when the connection breaks before the head', async () => {
    await using server = await startRawServer((socket) => socket.resetAndDestroy());
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'reset', lost: true });
  });

  it('is reset when the connection just closes', async () => {
    await using server = await startRawServer((socket) => socket.end());
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'reset', lost: true });
  });

  it('is reset when what comes is not HTTP', async () => {
    await using server = await startRawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'reset', lost: true });
  });

  it.each([
    ['shorter than promised', ['content-length: 5000'], JSON.stringify(completion())],
    ['in chunks of which the last is missing', ['transfer-encoding: chunked'], '5\r\n{"cho\r\n'],
    ['without a length and cut in the middle', ['connection: close'], '{"choices":[{"mess'],
  ])('is truncated when it is %s', async (_, headers, body) => {
    await using server = await startRawServer((socket) =>
      socket.end(head('200 OK', 'content-type: application/json', ...headers) + body),
    );
    expect(faultOf(await attemptText(server.url))).toMatchObject({
      code: 'truncated',
      status: 200,
      lost: true,
    });
  });

  it('is truncated when its compression ends too early', async () => {
    const packed = gzipSync(JSON.stringify(completion())).subarray(0, -12);
    await using server = await startServer(reply(200, packed, { 'content-encoding': 'gzip' }));
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'truncated', lost: true });
  });

  it('is truncated when a length promised through a substituted client is not kept', async () => {
    const picture = jpeg(64, 64);
    const client = createApiClient({
      base: 'http://api.test',
      send: async () => ({
        status: 200,
        headers: answerHeaders({ 'content-type': 'image/jpeg', 'content-length': '9999' }),
        body: Readable.from([picture]),
      }),
    });
    const request = { method: 'GET', path: '/image/lamp' } as const;
    const outcome = await client.attempt({ kind: 'image', request, requestId: 'a', deadlineMs: 1000 });
    expect(faultOf(outcome)).toMatchObject({ code: 'truncated', lost: true });
  });

  it('misses its deadline when no head comes', async () => {
    await using server = await startServer(() => undefined);
    const fault = faultOf(await attemptText(server.url, { deadlineMs: 60 }));
    expect(fault).toMatchObject({ code: 'deadline', lost: true });
    expect(fault.message).toContain('60 ms');
  });

  it('misses its deadline when the body trickles, however often a byte comes', async () => {
    await using server = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    const fault = faultOf(await attemptText(server.url, { deadlineMs: 120 }));
    expect(fault).toMatchObject({ code: 'deadline', status: 200, lost: true });
    expect(fault.latencyMs).toBeLessThan(5000);
  });

  it('is aborted when the signal comes while it is awaited', async () => {
    const controller = new AbortController();
    await using server = await startServer(() => controller.abort());
    expect(faultOf(await attemptText(server.url, { signal: controller.signal }))).toMatchObject({
      code: 'aborted',
      lost: true,
    });
  });
});

describe('an answer that is too large', () => {
  it('is stopped at 8 MB of text although it never ends, and the connection is closed', async () => {
    let closed = (): void => undefined;
    const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
    await using server = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const block = Buffer.alloc(65_536, 0x20);
      const pour = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', pour);
      response.on('close', closed);
      pour();
    });
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'answer-too-large', lost: true });
    await connectionClosed;
  });

  it('is stopped by its size after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    expect(bomb.byteLength).toBeLessThan(100_000);
    await using server = await startServer(
      reply(200, bomb, { 'content-type': 'image/png', 'content-encoding': 'gzip' }),
    );
    const before = process.memoryUsage().rss;
    expect(faultOf(await attemptImage(server.url))).toMatchObject({ code: 'answer-too-large', lost: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024);
  });

  it('is not read at all when it says so itself', async () => {
    await using server = await startRawServer((socket) =>
      socket.write(head('200 OK', 'content-type: application/json', 'content-length: 9000000')),
    );
    expect(faultOf(await attemptText(server.url))).toMatchObject({ code: 'answer-too-large' });
  });
});

describe('a redirect', () => {
  it.each([301, 302, 307, 308])('is refused (%i), and the key goes nowhere', async (status) => {
    await using other = await startServer(reply(200, completion()));
    await using server = await startServer((_, response) => {
      response.writeHead(status, { location: `${other.url}/elsewhere` });
      response.end();
    });
    const fault = faultOf(await attemptText(server.url));
    expect(fault).toMatchObject({ code: 'redirected', status, lost: false });
    expect(fault.message).toContain('/elsewhere');
    expect(other.requests).toHaveLength(0);
  });
});
