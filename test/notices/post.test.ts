import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';

import { createPost, type PostOptions } from '../../src/notices/post.ts';
import { createNoticeSecrets } from '../../src/notices/secret.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startReceiver, type ReceiverAnswer } from '../support/receiver.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ5xJ3sNvGmA=';
const settings = {
  secrets: createNoticeSecrets(secret),
  hosts: ['127.0.0.1', 'localhost', 'hooks.test'],
  allowPrivate: true,
};
const letter = { id: 'notice_1', body: '{"version":1}' };

// Names that resolve to what is said here.
const resolved =
  (...addresses: readonly string[]): NonNullable<PostOptions['lookUp']> =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

describe('a notice', () => {
  it('comes signed, as JSON, by one POST', async () => {
    await using receiver = await startReceiver(() => ({ status: 204 }));
    const posted = await createPost({ settings })({ ...letter, url: `${receiver.url}?token=t` });
    expect(posted).toEqual({ kind: 'taken', status: 204 });
    const [got] = receiver.received;
    expect(got).toMatchObject({ path: '/hook?token=t', body: letter.body });
    expect(got?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'notice_1' });
    const headers = got?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(got?.body ?? '', headers)).toEqual({ version: 1 });
  });

  it('has done when the receiver wants no more', async () => {
    await using receiver = await startReceiver(() => ({ status: 410 }));
    expect(await createPost({ settings })({ ...letter, url: receiver.url })).toEqual({
      kind: 'taken',
      status: 410,
    });
  });

  it.each<[string, ReceiverAnswer, object]>([
    ['fails', { status: 500, body: 'secret words' }, { why: '500' }],
    ['is not there', { status: 404 }, { why: '404' }],
    ['asks to wait', { status: 429, headers: { 'retry-after': '7' } }, { why: '429', retryAfter: 7_000 }],
    ['breaks off', 'break', { why: 'UND_ERR_SOCKET' }],
    ['says nothing', 'silence', { why: 'timeout' }],
  ])('may be told later where the receiver %s', async (_what, answer, why) => {
    await using receiver = await startReceiver(() => answer);
    const post = createPost({ settings, deadlineMs: 500 });
    expect(await post({ ...letter, url: receiver.url })).toEqual({ kind: 'missed', ...why });
  });

  it('may be told later where nobody listens', async () => {
    const receiver = await startReceiver();
    await receiver[Symbol.asyncDispose]();
    expect(await createPost({ settings })({ ...letter, url: receiver.url })).toEqual({
      kind: 'missed',
      why: 'ECONNREFUSED',
    });
  });

  it('follows no redirect', async () => {
    await using inner = await startReceiver();
    await using receiver = await startReceiver(() => ({ status: 307, headers: { location: inner.url } }));
    expect(await createPost({ settings })({ ...letter, url: receiver.url })).toEqual({
      kind: 'missed',
      why: '307',
    });
    expect(inner.received).toEqual([]);
  });

  it('does not wait for an answer that never ends', async () => {
    await using receiver = await startReceiver(() => ({ status: 200, body: 'x'.repeat(10_000_000) }));
    expect(await createPost({ settings })({ ...letter, url: receiver.url })).toEqual({
      kind: 'taken',
      status: 200,
    });
  });
});

describe('behind a proxy', () => {
  it('a notice goes through a tunnel, and other hosts are refused before', async () => {
    await using receiver = await startReceiver();
    await using proxy = await startConnectProxy();
    const post = createPost({ settings, proxy: { http: { url: proxy.url }, except: [] } });
    const posted = await post({ ...letter, url: `http://hooks.test:${receiver.port}/` });
    expect(posted).toEqual({ kind: 'taken', status: 200 });
    expect(await post({ ...letter, url: `http://other.test:${receiver.port}/` })).toMatchObject({
      kind: 'refused',
    });
    expect(proxy.tunnels).toEqual([`hooks.test:${receiver.port}`]);
  });
});

describe('an answer without an end', () => {
  it('holds no connection once its status is known', async () => {
    const closed: Promise<unknown>[] = [];
    const server = createServer((_request, response) => {
      response.writeHead(200).write('more, ');
      closed.push(once(response, 'close'));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const post = createPost({ settings, deadlineMs: 600_000 });
    expect(await post({ ...letter, url: `http://127.0.0.1:${port}/` })).toEqual({
      kind: 'taken',
      status: 200,
    });
    await Promise.all(closed);
    server.close();
  });
});

describe('a name that the operator allows', () => {
  const guarded = { ...settings, allowPrivate: false };

  it.each([
    ['this machine', ['127.0.0.1']],
    ['a private network', ['10.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['IPv6 of this machine', ['::1']],
    ['a public and a private address', ['8.8.8.8', '127.0.0.1']],
  ])('is refused when it resolves to %s', async (_what, addresses) => {
    await using receiver = await startReceiver();
    const post = createPost({ settings: guarded, lookUp: resolved(...addresses) });
    expect(await post({ ...letter, url: `https://hooks.test:${receiver.port}/` })).toEqual({
      kind: 'refused',
      message: `the host hooks.test:${receiver.port} has a private address`,
      remedy: 'Name a public one, or set POLLEN_BATCH_NOTIFY_PRIVATE=true for the workers.',
      isFinal: true,
    });
    expect(receiver.received).toEqual([]);
  });

  it('is refused by the system’s own resolver too', async () => {
    const post = createPost({ settings: guarded });
    expect(await post({ ...letter, url: 'https://localhost:9/' })).toMatchObject({ kind: 'refused' });
  });

  it('may be told later when it does not resolve', async () => {
    const post = createPost({
      settings: guarded,
      lookUp: (_hostname, _options, callback) =>
        callback(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), []),
    });
    const unresolved = { kind: 'missed', why: 'ENOTFOUND' };
    expect(await post({ ...letter, url: 'https://hooks.test/' })).toEqual(unresolved);
    const empty = createPost({ settings: guarded, lookUp: resolved() });
    expect(await empty({ ...letter, url: 'https://hooks.test/' })).toEqual(unresolved);
  });
});
