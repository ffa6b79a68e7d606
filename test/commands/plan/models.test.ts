import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { models } from '../../../src/commands/plan/models.ts';
import { modelsData, modelsText } from '../../../src/commands/render/models-text.ts';
import { priceText } from '../../../src/commands/render/price-text.ts';
import { readConfig } from '../../../src/config.ts';
import { reply, startServer, type TestServer } from '../../pollinations/server.ts';

const text = [
  {
    name: 'openai',
    aliases: ['gpt-5-mini'],
    pricing: { currency: 'pollen', promptTextTokens: '0.00000015', completionTextTokens: '0.0000006' },
    context_length: 128_000,
    max_completion_tokens: 16_384,
  },
  { name: 'sponsor', pricing: { currency: 'pollen' }, per_user_rpm: 6, context_window: 'large' },
  { name: 'mystery\u001b[31m' },
];
const image = [
  { name: 'flux', pricing: { currency: 'pollen', completionImageTokens: '0.002' } },
  {
    name: 'banana',
    paid_only: true,
    pricing: { currency: 'pollen', completionImageTokens: '0.00003' },
    pricing_variants: [{ when: 'large' }],
  },
];

describe('models', () => {
  let server: TestServer;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollen-batch-test-'));
    server = await startServer((request, response) => {
      const list = { '/text/models': text, '/image/models': image }[request.url ?? ''];
      reply(list === undefined ? 404 : 200, list ?? {})(request, response);
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const list = async (kind?: 'text' | 'image') => {
    const config = readConfig({
      POLLINATIONS_BASE_URL: server.url,
      POLLEN_BATCH_DATA: folder,
      POLLEN_BATCH_LANES: '{"all":{"rps":4},"slow":{"models":["banana"],"concurrency":2}}',
    });
    return (await models(config, kind)).models;
  };

  it('shows kind, price, lane and limits of each', async () => {
    const rows = modelsText(await list())
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    expect(rows).toEqual([
      ['MODEL', 'KIND', 'PRICE IN POLLEN', 'LANE', 'NOTES'],
      [
        'openai',
        'text',
        'in 0.15, out 0.6 per 1M tokens',
        'all: 4/s, 64 at once',
        'also gpt-5-mini, context of 128000 tokens, answers to 16384 tokens',
      ],
      ['sponsor', 'text', 'free', 'all: 4/s, 64 at once', '6 calls a minute'],
      ['mystery [31m', 'text', 'unknown', 'all: 4/s, 64 at once'],
      ['flux', 'image', '0.002 an image', 'all: 4/s, 64 at once'],
      [
        'banana',
        'image',
        'image out 30 per 1M tokens, and more',
        'slow: no rate, 2 at once',
        'bought Pollen only',
      ],
    ]);
  });

  it('gives programs exact rates as text, null where none is known', async () => {
    const data = JSON.parse(JSON.stringify(modelsData(await list('text')))) as readonly object[];
    expect(data).toEqual([
      {
        id: 'openai',
        kind: 'text',
        aliases: ['gpt-5-mini'],
        priced: true,
        free: false,
        limits: { contextTokens: 128_000, answerTokens: 16_384 },
        price: { promptTextTokens: '0.00000015', completionTextTokens: '0.0000006' },
        lane: { name: 'all', rps: 4, concurrency: 64 },
      },
      expect.objectContaining({ id: 'sponsor', price: {}, free: true, limits: { callsPerMinute: 6 } }),
      expect.objectContaining({ price: null, priced: false }),
    ]);
  });

  it('can show one kind, and says when there is none', async () => {
    expect((await list('image')).map(({ id }) => id)).toEqual(['flux', 'banana']);
    expect(modelsText([])).toBe('The API lists no such models.');
  });
});

describe('a price in words', () => {
  it.each([
    ['text', undefined, 'unknown'],
    ['text', {}, 'free'],
    ['text', { promptTextTokens: '2.5e-8' }, 'in 0.025 per 1M tokens'],
    ['text', { completionTextTokens: '0.000000000000000000001' }, 'out 0.000000000000001 per 1M tokens'],
    [
      'text',
      { completionAudioSeconds: '0.025', promptTextTokens: '1e-6' },
      'in 1 per 1M tokens; audio out 0.025 a second',
    ],
    ['image', { completionImageTokens: '0.0001' }, '0.0001 an image'],
    ['image', { completionImageTokens: '8e-6' }, 'image out 8 per 1M tokens'],
    ['image', { completionVideoSeconds: '0.15' }, 'video out 0.15 a second'],
  ] as const)('of a %s model with %j is %s', (kind, rates, words) => {
    expect(priceText(kind, rates, 'once')).toBe(words);
  });
});
