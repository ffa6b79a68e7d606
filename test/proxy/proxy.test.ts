import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config.ts';
import { startEmulator } from '../../src/emulator/index.ts';
import { createApiClient } from '../../src/pollinations/client.ts';
import { createSend } from '../../src/pollinations/send.ts';
import { proxyFor, proxySettings, type ProxySettings } from '../../src/proxy/proxy.ts';
import { connectStore } from '../../src/connect-store.ts';
import { findApi } from '../../src/services.ts';
import { startFakeS3 } from '../storage/fake-s3.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';

const proxies = (except?: string): ProxySettings => {
  const read = proxySettings({ https: 'http://secure:1', http: 'http://plain:2', except });
  if (read === undefined) throw new Error('no proxy');
  return read;
};

describe('the way to a URL', () => {
  it.each([
    ['https://gen.pollinations.ai/text/models', undefined, 'http://secure:1'],
    ['http://store.example:9000', undefined, 'http://plain:2'],
    ['http://localhost:9000', undefined, undefined],
    ['http://127.0.0.1:8333', undefined, undefined],
    ['http://[::1]:8333', undefined, undefined],
    ['https://gen.pollinations.ai', '*', undefined],
    ['https://gen.pollinations.ai', 'other.org, pollinations.ai', undefined],
    ['https://gen.pollinations.ai', '.pollinations.ai', undefined],
    ['https://gen.pollinations.ai', '*.pollinations.ai', undefined],
    ['https://gen.pollinations.ai', 'GEN.Pollinations.AI', undefined],
    ['https://gen.pollinations.ai', 'nations.ai', 'http://secure:1'],
    ['https://store.example', 'store.example:443', undefined],
    ['https://store.example:8443', 'store.example:443', 'http://secure:1'],
  ])('%s with NO_PROXY=%s goes by %s', (url, except, expected) => {
    expect(proxyFor(proxies(except), url)?.url).toBe(expected);
  });

  it('is direct where no proxy is set', () => {
    expect(readConfig({ NO_PROXY: 'x' }).api.proxy).toBeUndefined();
    const { proxy } = readConfig({ HTTP_PROXY: 'proxy.example:3128' }).api;
    expect(proxy?.http?.url).toBe('http://proxy.example:3128');
    expect(proxyFor(proxy as ProxySettings, 'https://gen.pollinations.ai')).toBeUndefined();
  });

  it('takes the small variables before the large ones, as most tools do', () => {
    const { proxy } = readConfig({ HTTPS_PROXY: 'http://large:1', https_proxy: 'http://small:1' }).api;
    expect(proxy?.https?.url).toBe('http://small:1');
  });

  it('never shows the password of a proxy, nor one in a wrong setting', () => {
    const config = readConfig({ HTTPS_PROXY: 'http://me:canary@proxy.example:3128', S3_BUCKET: 'mine' });
    expect(inspect(config, { depth: 10 }) + JSON.stringify(config)).not.toContain('canary');
    expect(config.api.proxy?.https?.authorization?.()).toBe(`Basic ${btoa('me:canary')}`);
    expect(() => readConfig({ https_proxy: 'http://me:canary%off@proxy:3128' })).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: 'HTTPS_PROXY: must write a % in its user and password as %25',
      }),
    );
    expect(() => readConfig({ HTTPS_PROXY: 'socks5://me:canary@proxy' })).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: 'HTTPS_PROXY: must be the http or https URL of a proxy, as http://proxy.example:3128',
      }),
    );
  });
});

describe('calls to the API', () => {
  it('go through the proxy with its password, and past it to what NO_PROXY names', async () => {
    await using proxy = await startConnectProxy('me:pass word');
    const emulator = await startEmulator();
    try {
      const base = `http://api.example.test:${emulator.port}`;
      const through = {
        HTTP_PROXY: proxy.url.replace('//', '//me:pass%20word@'),
        POLLINATIONS_BASE_URL: base,
      };
      const api = await findApi(readConfig(through).api);
      expect(api.base).toBe(base);
      expect(new Set(proxy.tunnels)).toEqual(new Set([`api.example.test:${emulator.port}`]));

      const seen = proxy.tunnels.length;
      const past = findApi(readConfig({ ...through, NO_PROXY: 'example.test' }).api);
      await expect(past).rejects.toMatchObject({ code: 'api-unreachable' });
      await findApi(readConfig({ ...through, POLLINATIONS_BASE_URL: emulator.url }).api);
      expect(proxy.tunnels).toHaveLength(seen);
    } finally {
      await emulator.close();
    }
  });

  it('that a proxy refuses were not sent, and the message has no password', async () => {
    await using proxy = await startConnectProxy('me:right');
    const { api } = readConfig({ HTTP_PROXY: proxy.url.replace('//', '//me:canary@') });
    const client = createApiClient({ base: 'http://api.example.test:8080', send: createSend(api.proxy) });
    const outcome = await client.attempt({
      kind: 'text',
      request: { method: 'POST', path: '/v1/chat/completions', body: '{}' },
      requestId: 'one',
      deadlineMs: 10_000,
    });
    expect(outcome).toMatchObject({ kind: 'fault', fault: { code: 'unreachable', lost: false } });
    expect(JSON.stringify(outcome)).toContain('407');
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });
});

describe('calls to the store', () => {
  it('go through the proxy, and past it to what NO_PROXY names and to this machine', async () => {
    await using proxy = await startConnectProxy('me:word');
    const fake = await startFakeS3((_request, response) => response.writeHead(200, { etag: '"x"' }).end());
    try {
      const { port } = new URL(fake.endpoint);
      const put = async (endpoint: string, except: string): Promise<unknown> => {
        const { store } = readConfig({
          HTTP_PROXY: proxy.url.replace('//', '//me:word@'),
          NO_PROXY: except,
          S3_BUCKET: 'shots',
          S3_ENDPOINT: endpoint,
        });
        if (store === undefined) throw new Error('no store');
        const client = connectStore({ ...store, credentials: fake.credentials }, 4);
        try {
          return await client.put('key', 'body', { contentType: 'text/plain' }).catch(String);
        } finally {
          client.close();
        }
      };
      expect(await put(`http://s3.example.test:${port}`, '')).toBeUndefined();
      expect(proxy.tunnels).toEqual([`s3.example.test:${port}`]);
      expect(await put(`http://s3.example.test:${port}`, '.example.test')).toContain('ENOTFOUND');
      expect(await put(fake.endpoint, '')).toBeUndefined();
      expect(proxy.tunnels).toHaveLength(1);
      expect(await put(`http://[2001:db8::1]:${port}`, '')).toBeUndefined();
      expect(proxy.tunnels.at(-1)).toBe(`[2001:db8::1]:${port}`);
      expect(fake.requests).toEqual(['PUT /shots/key', 'PUT /shots/key', 'PUT /shots/key']);
    } finally {
      await fake.close();
    }
  });
});
