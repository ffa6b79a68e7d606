import { expect, it } from 'vitest';

import { createSecret } from '../../src/pollinations/secret.ts';
import { createApiClient } from '../../src/pollinations/client.ts';
import { dialects, type WireRequest } from '../../src/pollinations/dialects/index.ts';
import { fetchBalance } from '../../src/pollinations/fetch-balance.ts';
import { fetchUsage } from '../../src/pollinations/fetch-usage.ts';
import { fetchModels } from '../../src/pollinations/fetch-models.ts';
import { createSend } from '../../src/pollinations/send.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { startServer } from '../pollinations/server.ts';

const canary = 'sk_canary_0123456789abcdef';
const key = createSecret(canary);
const send = createSend();

interface Place {
  readonly base: string;
}

const deadlineMs = 5_000;
const attempt =
  (kind: 'text' | 'image', request: WireRequest) =>
  async ({ base }: Place) =>
    createApiClient({ base, key }).attempt({ kind, request, requestId: 'one', deadlineMs });

/** All that is ever sent with the key, and what is sent with the keys of the store. */
const calls: Readonly<Record<string, (place: Place) => Promise<unknown>>> = {
  'a text': attempt('text', { method: 'POST', path: '/v1/chat/completions', body: '{}' }),
  'an image': attempt('image', { method: 'GET', path: '/image/x' }),
  'the models': ({ base }) => fetchModels({ send, base, key, wait: () => Promise.resolve() }, '/models'),
  'the balance': ({ base }) => fetchBalance({ send, base, key, deadlineMs, dialect: dialects.gen }),
  'the usage': ({ base }) =>
    fetchUsage({ send, base, key, deadlineMs, dialect: dialects.gen, from: 0, to: Date.now() }, () => {}),
  'an object': async ({ base }) => {
    const store = createS3Store({
      bucket: 'mine',
      endpoint: base,
      region: 'us-east-1',
      credentials: { accessKeyId: canary, secretAccessKey: canary },
      maxConcurrency: 1,
    });
    await store.get('x').catch((error: unknown) => error);
    store.close();
  },
};

const cases = Object.keys(calls).flatMap((what) =>
  [300, 301, 302, 303, 305, 307, 308].map((status) => [what, status] as const),
);

it.each(cases)(
  '%s asked for with a key is not asked for where an answer %i points to',
  async (what, status) => {
    await using other = await startServer((_request, response) => response.end('{}'));
    await using server = await startServer((_request, response) => {
      const { url } = other;
      const body = `<Error><Code>PermanentRedirect</Code><Endpoint>${new URL(url).host}</Endpoint></Error>`;
      response.writeHead(status, {
        location: `${url}/elsewhere?key=`,
        'content-location': url,
        refresh: `0;url=${url}`,
        link: `<${url}>; rel="canonical"`,
        'alt-svc': `h2="${new URL(url).host}"`,
        'x-amz-bucket-region': 'eu-west-1',
      });
      response.end(body);
    });
    await calls[what]?.({ base: server.url });
    expect(server.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(server.requests)).toContain(canary);
    expect(other.requests).toEqual([]);
  },
);

it('a URL of a request that the parser would read as another origin or path is not sent', async () => {
  // As a plan would hold it that somebody has written to the bucket.
  await using server = await startServer((_request, response) => response.end('{}'));
  const { port } = new URL(server.url);
  for (const path of [
    '@evil.example/x',
    `:pass@127.0.0.1:${port}/x`,
    '/../x',
    '/a/%2e%2e/x',
    '/%2E%2E',
    String.raw`\\evil.example/x`,
    '/x\n.evil.example',
    '/x\t',
    '/x#fragment ',
    '/é',
    '.evil.example/x',
  ]) {
    const outcome = await createApiClient({ base: 'http://gen.invalid', key }).attempt({
      kind: 'text',
      request: { method: 'POST', path, body: '{}' },
      requestId: 'one',
      deadlineMs,
    });
    const message = 'the URL would be rewritten';
    expect(outcome, path).toMatchObject({ fault: { code: 'request-unsafe', message, lost: false } });
    expect(JSON.stringify(outcome)).not.toContain(canary);
  }
  expect(server.requests).toEqual([]);
});

it('a request of a plan that is no generation call is not sent', async () => {
  await using server = await startServer((_request, response) => response.end('{}'));
  const client = createApiClient({ base: server.url, key });
  for (const [kind, method, path] of [
    ['text', 'POST', '/account/keys'],
    ['text', 'POST', '/v1/chat/completions?key=another'],
    ['text', 'GET', '/v1/chat/completions'],
    ['image', 'GET', '/account/balance'],
    ['image', 'GET', '/image'],
    ['image', 'GET', '/image/a/b?model=flux'],
    ['image', 'POST', '/image/a?model=flux'],
  ] as const) {
    const request = { method, path, ...(method === 'POST' ? { body: '{}' } : {}) };
    const outcome = await client.attempt({ kind, request, requestId: 'one', deadlineMs });
    const fault = { code: 'request-unsafe', message: 'it is no generation call', lost: false };
    expect(outcome, path).toMatchObject({ kind: 'fault', fault });
  }
  expect(server.requests).toEqual([]);
});
