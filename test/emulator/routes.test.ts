import { describe, expect, test } from 'vitest';

import { chat, get, seedChat, start } from './support.ts';

const listed = async (response: Response): Promise<readonly Record<string, unknown>[]> => {
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>[];
};

describe('the seed routes', () => {
  test('answer chat at the path and at its alias', async () => {
    const emulator = await start();
    expect((await chat(emulator, 'x', { path: seedChat })).status).toBe(200);
    expect((await chat(emulator, 'x', { path: `${seedChat}/chat/completions` })).status).toBe(200);
    expect((await chat(emulator, 'x', { path: '/api/generate/v1/chat/completions' })).status).toBe(404);
  });

  test('list text models as objects without prices, and image models as names, to anybody', async () => {
    const emulator = await start();
    const texts = await listed(await get(emulator, '/api/generate/openai/models', { key: null }));
    expect(texts[0]).toMatchObject({ name: 'openai', output_modalities: ['text'] });
    expect(texts[0]).not.toHaveProperty('pricing');
    const images = await listed(await get(emulator, '/api/generate/image/models', { key: null }));
    expect(images).toEqual(['flux', 'turbo', 'kontext', 'gptimage']);
  });

  test('want a model in a chat call, and take flux for an image', async () => {
    const emulator = await start();
    const chatted = await chat(emulator, { messages: [{ role: 'user', content: 'x' }] }, { path: seedChat });
    expect(chatted.status).toBe(400);
    const image = await get(emulator, '/api/generate/image/x?width=8&height=8');
    expect(image.headers.get('x-model-used')).toBe('flux.1-schnell');
  });
});

describe('the v1 routes', () => {
  test('take the place of the seed routes, with prices as numbers', async () => {
    const emulator = await start({ era: 'v1' });
    expect((await chat(emulator, 'x', { path: seedChat })).status).toBe(404);
    expect((await chat(emulator, 'x', { path: '/api/generate/v1/chat/completions' })).status).toBe(200);
    const texts = await listed(await get(emulator, '/api/generate/text/models'));
    expect(texts.find(({ name }) => name === 'openai')).toMatchObject({
      pricing: { currency: 'pollen', promptTextTokens: 1.5e-7, completionTextTokens: 6e-7 },
    });
    const images = await listed(await get(emulator, '/api/generate/image/models'));
    expect(images.find(({ name }) => name === 'flux')).toMatchObject({
      pricing: { completionImageTokens: 0.0002 },
    });
    const openai = (await (await get(emulator, '/api/generate/v1/models')).json()) as { object: string };
    expect(openai.object).toBe('list');
  });
});

describe('the gen routes', () => {
  test('tell prices as fixed-point text and resolve aliases', async () => {
    const emulator = await start();
    const texts = await listed(await get(emulator, '/text/models'));
    expect(texts.find(({ name }) => name === 'openai')).toMatchObject({
      pricing: { promptTextTokens: '0.00000015', completionTextTokens: '0.0000006' },
    });
    const all = await listed(await get(emulator, '/models'));
    const images = await listed(await get(emulator, '/image/models'));
    expect(all).toHaveLength(texts.length + images.length);
    const messages = [{ role: 'user', content: 'x' }];
    expect((await chat(emulator, { model: 'gpt-5-mini', messages })).status).toBe(200);
    expect(emulator.meter().byModel).toHaveProperty('openai');
  });
});

describe('every answer', () => {
  test('bears the mark of the emulator, and the request id that was sent', async () => {
    const emulator = await start();
    for (const path of ['/v1/models', '/nowhere', '/image/x?width=8&height=8', '/account/balance']) {
      const response = await get(emulator, path, { headers: { 'x-request-id': 'run-1_item-2=a' } });
      expect(response.headers.get('x-pollen-batch-emulator')).toBe('1');
      expect(response.headers.get('x-request-id')).toBe('run-1_item-2=a');
    }
    expect((await get(emulator, '/__emulator/meter')).headers.get('x-pollen-batch-emulator')).toBe('1');
  });

  test('bears an id of its own where the one that was sent is not fit', async () => {
    const emulator = await start();
    const response = await get(emulator, '/v1/models', { headers: { 'x-request-id': 'no spaces' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test.runIf(process.platform === 'linux')(
  'an emulator listens where it is told to, and nowhere else',
  async () => {
    const emulator = await start({ host: '127.0.0.2' });
    expect(emulator.url).toBe(`http://127.0.0.2:${emulator.port}`);
    expect((await fetch(`${emulator.url}/text/models`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${emulator.port}/text/models`)).rejects.toThrow();
  },
);
