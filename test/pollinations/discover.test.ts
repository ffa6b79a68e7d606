import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { findPrice, type PriceSnapshot } from '../../src/pollen/prices.ts';
import { discoverApi } from '../../src/pollinations/discover.ts';
import { createSecret } from '../../src/pollinations/secret.ts';
import { createSend, type Send } from '../../src/pollinations/send.ts';
import { reply, startServer } from './server.ts';

type Routes = Readonly<Record<string, RequestListener>>;

const routes = (table: Routes): RequestListener => {
  return (request, response) => {
    const listener =
      table[request.url ?? ''] ?? reply(404, { error: { code: 'NOT_FOUND', message: 'Not found' } });
    listener(request, response);
  };
};

const rich = (name: string, pricing: object): object => ({
  name,
  aliases: [`${name}-alias`],
  pricing: { currency: 'pollen', ...pricing },
});

const seedRoutes = {
  '/api/generate/openai/models': reply(200, [{ name: 'openai', description: 'GPT' }, { name: 'mystery' }]),
  '/api/generate/image/models': reply(200, ['flux', 'kontext']),
};
const v1Routes = {
  '/api/generate/text/models': reply(200, [
    rich('openai', { promptTextTokens: 1.5e-7, completionTextTokens: 6e-7 }),
  ]),
  '/api/generate/image/models': reply(200, [rich('flux', { completionImageTokens: 0.0002 })]),
};
const genRoutes = {
  '/text/models': reply(200, [rich('openai', { completionTextTokens: '0.0000006' })]),
  '/image/models': reply(200, [rich('flux', { completionImageTokens: '0.002' })]),
};

/** Sends what is meant for the hosts of Pollinations to local servers. */
const hosts = (table: Readonly<Record<string, string>>): Send => {
  const send = createSend();
  return ({ origin, pathname, search }, request) =>
    send(new URL(`${table[origin] ?? 'http://127.0.0.1:1'}${pathname}${search}`), request);
};

describe('finding the API', () => {
  it('finds the first dialect by its lists, and prices these from the bundled table', async () => {
    await using server = await startServer(routes(seedRoutes));
    const api = await discoverApi({ base: `${server.url}/api/`, dialect: 'auto' });
    expect(api).toMatchObject({
      id: `${server.url}/api`,
      base: `${server.url}/api`,
      dialect: 'enter',
      emulated: false,
    });
    expect(api.models).toEqual([
      { id: 'openai', kind: 'text', aliases: [], priced: true, free: false, description: 'GPT' },
      { id: 'mystery', kind: 'text', aliases: [], priced: false, free: false },
      { id: 'flux', kind: 'image', aliases: [], priced: true, free: true },
      { id: 'kontext', kind: 'image', aliases: [], priced: true, free: false },
    ]);
    expect(findPrice(api.prices, 'text', 'openai')?.rates.completionTextTokens).toBe('2e-6');
    expect(api.found.join('\n')).toContain('No price is known for mystery.');
  });

  it('finds the later form of the same host, with the prices of its lists', async () => {
    await using server = await startServer(routes(v1Routes));
    const api = await discoverApi({ base: `${server.url}/api`, dialect: 'auto' });
    expect(api.dialect).toBe('enter-v1');
    expect(findPrice(api.prices, 'text', 'openai-alias')?.rates).toEqual({
      promptTextTokens: '1.5e-7',
      completionTextTokens: '6e-7',
    });
    expect(api.found).toEqual([
      `Tried ${server.url}/api as enter: GET /generate/openai/models answered 404.`,
      `Found ${server.url}/api, which speaks enter-v1: 1 text and 1 image models.`,
    ]);
  });

  it('falls from the first host to the second, and says so', async () => {
    await using enter = await startServer(reply(410, { error: 'Gone' }));
    await using gen = await startServer(routes(genRoutes));
    const api = await discoverApi({
      dialect: 'auto',
      send: hosts({ 'https://enter.pollinations.ai': enter.url, 'https://gen.pollinations.ai': gen.url }),
    });
    expect(api).toMatchObject({ id: 'https://gen.pollinations.ai', dialect: 'gen' });
    expect(api.found).toEqual([
      'Tried https://enter.pollinations.ai/api as enter: GET /generate/openai/models answered 410.',
      'Tried https://enter.pollinations.ai/api as enter-v1: GET /generate/text/models answered 410.',
      'Found https://gen.pollinations.ai, which speaks gen: 1 text and 1 image models.',
    ]);
  });

  it('leaves a host that does not answer after a few tries, without asking it for other dialects', async () => {
    await using enter = await startServer((request) => request.socket.destroy());
    await using gen = await startServer(routes(genRoutes));
    const api = await discoverApi({
      dialect: 'auto',
      send: hosts({ 'https://enter.pollinations.ai': enter.url, 'https://gen.pollinations.ai': gen.url }),
    });
    expect(api.dialect).toBe('gen');
    expect(enter.requests.map((request) => request.url)).toEqual(
      Array(3).fill('/api/generate/openai/models'),
    );
    expect(api.found[0]).toContain('Tried https://enter.pollinations.ai/api as enter: GET');
  });

  it('does not take a moment of trouble for another dialect', async () => {
    let calls = 0;
    await using server = await startServer((request, response) => {
      calls += 1;
      const listener =
        calls === 1 ? reply(503, { error: 'restarting' }) : routes({ ...seedRoutes, ...v1Routes });
      listener(request, response);
    });
    expect((await discoverApi({ base: `${server.url}/api`, dialect: 'auto' })).dialect).toBe('enter');
  });

  it('takes a page with status 200 for no list', async () => {
    await using server = await startServer(
      routes({
        '/generate/openai/models': reply(200, '<html>'),
        '/generate/text/models': reply(200, { a: 1 }),
        ...genRoutes,
      }),
    );
    const api = await discoverApi({ base: server.url, dialect: 'auto' });
    expect(api.dialect).toBe('gen');
    expect(api.found.slice(0, 2)).toEqual([
      `Tried ${server.url} as enter: GET /generate/openai/models answered no list of models: no JSON.`,
      `Tried ${server.url} as enter-v1: GET /generate/text/models answered no list of models: a list of models was expected, not {"a":1}.`,
    ]);
  });

  it('asks for the one dialect that was named', async () => {
    await using server = await startServer(routes({ ...seedRoutes, ...v1Routes }));
    const api = await discoverApi({ base: `${server.url}/api`, dialect: 'enter-v1' });
    expect(api.dialect).toBe('enter-v1');
    expect(server.requests.map((request) => request.url)).not.toContain('/api/generate/openai/models');
  });

  it('knows the emulator by its header and gives it an id of its own', async () => {
    const sign = { 'x-pollen-batch-emulator': '1' };
    await using server = await startServer(
      routes({ '/text/models': reply(200, [], sign), '/image/models': reply(200, [], sign) }),
    );
    const api = await discoverApi({ base: server.url, dialect: 'auto' });
    expect(api).toMatchObject({ id: 'emulator', emulated: true });
    expect(api.found.join('\n')).toContain('It is the emulator');
  });

  it('lets a price file go over the lists, under the aliases of these', async () => {
    await using server = await startServer(routes(v1Routes));
    const priceFile: PriceSnapshot = [
      { model: 'openai', kind: 'text', aliases: [], rates: { completionTextTokens: '9e-7' } },
      { model: 'unlisted', kind: 'image', aliases: [], rates: {} },
    ];
    const { prices } = await discoverApi({ base: `${server.url}/api`, dialect: 'auto', priceFile });
    expect(findPrice(prices, 'text', 'openai')?.rates).toEqual({ completionTextTokens: '9e-7' });
    expect(findPrice(prices, 'text', 'openai-alias')?.rates).toEqual({ completionTextTokens: '9e-7' });
    expect(findPrice(prices, 'image', 'unlisted')?.rates).toEqual({});
    expect(prices).toHaveLength(3);
  });

  it('names models whose options cost more than their listed price', async () => {
    const variant = {
      ...rich('veo', { completionVideoSeconds: '0.15' }),
      pricing_variants: [{ name: 'hd' }],
    };
    await using server = await startServer(routes({ ...genRoutes, '/image/models': reply(200, [variant]) }));
    const { found } = await discoverApi({ base: server.url, dialect: 'gen' });
    expect(found.join('\n')).toContain('veo; charges of these are not exact');
  });

  it('fails with all that was tried and what to do, without the key', async () => {
    const key = createSecret('sk_0123456789abcdefghijklmnopqrstuv');
    await using server = await startServer((request, response) =>
      reply(401, { error: { message: `no such key ${request.headers.authorization?.slice(7)}` } })(
        request,
        response,
      ),
    );
    const failure = discoverApi({ base: server.url, dialect: 'auto', key });
    await expect(failure).rejects.toMatchObject({
      code: 'api-unreachable',
      remedy: 'Check POLLINATIONS_API_KEY; without a key only free models answer.',
      details: [
        `Tried ${server.url} as enter: GET /generate/openai/models answered 401 "no such key [redacted]".`,
      ],
    });
    expect(server.requests).toHaveLength(3);
  });
});
