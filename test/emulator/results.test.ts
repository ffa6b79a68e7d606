import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

import { imageSize } from 'image-size';
import { describe, expect, test } from 'vitest';

import { type Emulator } from '../../src/emulator/index.ts';
import { chat, contentOf, envelopeOf, genChat, get, start } from './support.ts';

async function picture(emulator: Emulator, query: string, path = '/image/a%20lamp'): Promise<Uint8Array> {
  const response = await get(emulator, `${path}?${query}`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

describe('pictures', () => {
  test.each([
    [1024, 1024],
    [768, 500],
    [1, 1],
    [17, 33],
  ])('are whole JPEGs of the size asked for: %i x %i', async (width, height) => {
    const emulator = await start();
    const bytes = await picture(emulator, `width=${width}&height=${height}`);
    expect(imageSize(bytes)).toMatchObject({ width, height, type: 'jpg' });
    expect(Array.from(bytes.subarray(-2))).toEqual([0xff, 0xd9]);
  });

  test('are the very bytes that a real decoder was seen to read back with the right colours', async () => {
    const emulator = await start();
    const bytes = await picture(emulator, 'model=flux&width=256&height=160&seed=7');
    const digest = createHash('sha256').update(bytes).digest('hex');
    expect(digest).toBe('bf1c8a046f9f815dea2c74a307a4c6c76402c0fede46febadc9977f0f41a6b95');
  });

  test('are 1024 x 1024 when no size is asked for', async () => {
    const emulator = await start();
    expect(imageSize(await picture(emulator, 'model=flux'))).toMatchObject({ width: 1024, height: 1024 });
  });

  test('differ by prompt, seed and model', async () => {
    const emulator = await start();
    const size = 'width=8&height=8';
    const all = [
      await picture(emulator, `${size}&model=flux&seed=1`),
      await picture(emulator, `${size}&model=flux&seed=2`),
      await picture(emulator, `${size}&model=turbo&seed=1`),
      await picture(emulator, `${size}&model=flux&seed=1`, '/image/a%20chair'),
    ].map((bytes) => Buffer.from(bytes).toString('base64'));
    expect(new Set(all).size).toBe(4);
  });

  test('are PNG where gen is asked for transparency, with every line in place', async () => {
    const emulator = await start();
    const bytes = Buffer.from(await picture(emulator, 'width=33&height=20&transparent=true'));
    expect(imageSize(bytes)).toMatchObject({ width: 33, height: 20, type: 'png' });
    const chunk = bytes.indexOf('IDAT');
    const data = bytes.subarray(chunk + 4, chunk + 4 + bytes.readUInt32BE(chunk - 4));
    expect(inflateSync(data)).toHaveLength(20 * (1 + 33 * 3));
  });

  test('stay JPEG in the seed era whatever is asked for', async () => {
    const emulator = await start();
    const bytes = await picture(emulator, 'transparent=true&width=8&height=8', '/api/generate/image/x');
    expect(imageSize(bytes).type).toBe('jpg');
  });

  test('are shrunk as the seed era did when the emulator is told to', async () => {
    const emulator = await start({ clamp: true });
    const bytes = await picture(emulator, 'width=1536&height=768', '/api/generate/image/x');
    expect(imageSize(bytes)).toMatchObject({ width: 768, height: 384 });
  });

  test('get the prompt as it was written, whatever it is made of', async () => {
    const emulator = await start();
    for (const prompt of ['a/b?c#d%', 'zwei\nZeilen', '蜂🐝']) {
      const response = await get(emulator, `/image/${encodeURIComponent(prompt)}?width=8&height=8`);
      expect(response.status).toBe(200);
    }
    expect((await get(emulator, '/image/%ff?width=8')).status).toBe(400);
    expect((await get(emulator, '/api/generate/image/a/b')).status).toBe(404);
  });

  test('count tokens instead of images where the model does', async () => {
    const emulator = await start();
    const response = await get(emulator, '/image/a%20lamp?model=gptimage&width=1024&height=1024');
    expect(response.headers.get('x-usage-completion-image-tokens')).toBe('1056');
    expect(response.headers.get('x-usage-prompt-text-tokens')).toBe('2');
    expect(emulator.meter().charged).toBe('0.008452');
  });
});

describe('texts', () => {
  const ask = async (emulator: Emulator, change: Record<string, unknown> = {}): Promise<string> =>
    contentOf(
      await chat(emulator, { model: 'mistral', messages: [{ role: 'user', content: 'A haiku' }], ...change }),
    );

  test('depend on prompt, system prompt, model and seed, and on nothing else', async () => {
    const emulator = await start();
    const other = await start();
    const user = { role: 'user', content: 'A haiku' };
    const texts = [
      await ask(emulator),
      await ask(emulator, { messages: [{ role: 'user', content: 'A limerick' }] }),
      await ask(emulator, { messages: [{ role: 'system', content: 'Be dry' }, user] }),
      await ask(emulator, { model: 'claude' }),
      await ask(emulator, { seed: 7 }),
    ];
    expect(new Set(texts).size).toBe(5);
    expect(await ask(other)).toBe(texts[0]);
  });

  test('are JSON where the response format says so, with the members of a schema', async () => {
    const emulator = await start();
    expect(JSON.parse(await ask(emulator, { response_format: { type: 'json_object' } }))).toHaveProperty(
      'title',
    );
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        rating: { type: 'integer', minimum: 1, maximum: 5 },
        kind: { enum: ['a', 'b'] },
        tags: { type: 'array', items: { type: 'boolean' }, minItems: 3 },
      },
    };
    const format = { type: 'json_schema', json_schema: { name: 'n', schema } };
    const value = JSON.parse(await ask(emulator, { response_format: format })) as Record<string, unknown>;
    expect(value).toEqual({
      name: expect.any(String),
      rating: expect.toSatisfy((rating: number) => rating >= 1 && rating <= 5),
      kind: expect.stringMatching(/^[ab]$/),
      tags: [expect.any(Boolean), expect.any(Boolean), expect.any(Boolean)],
    });
  });

  test('travel as events with the usage last when a stream is asked for', async () => {
    const emulator = await start();
    const whole = await ask(emulator);
    const messages = [{ role: 'user', content: 'A haiku' }];
    const response = await chat(emulator, { model: 'mistral', messages, stream: true });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-usage-prompt-text-tokens')).toBeNull();
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    expect(events.pop()).toBe('data: [DONE]');
    const chunks = events.map(
      (event) =>
        JSON.parse(event.slice('data: '.length)) as {
          choices: { delta: { content?: string } }[];
          usage?: { total_tokens: number };
        },
    );
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(whole);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  });
});

describe('a prompt that dictates its answer', () => {
  const turn = (role: string, content: unknown) => ({ role, content });
  const said = async (emulator: Emulator, ...messages: readonly object[]): Promise<string> => {
    const body = { model: 'openai', messages };
    return contentOf(await chat(emulator, body));
  };

  test('is answered with just that', async () => {
    const emulator = await start();
    expect(await said(emulator, turn('user', 'Some [[answer:{"a":["b"]}]] please'))).toBe('{"a":["b"]}');
    const parts = [{ type: 'text', text: 'Some [[answer:x]]' }];
    expect(await said(emulator, turn('user', parts))).toBe('x');
  });

  test('may dictate one answer after the other', async () => {
    const emulator = await start();
    const first = turn('user', '[[answer:one]] [[answer:["two"]]]');
    const again = [first, turn('assistant', 'one'), turn('user', 'And now?')];
    expect(await said(emulator, first)).toBe('one');
    expect(await said(emulator, ...again)).toBe('["two"]');
    expect(await said(emulator, ...again, turn('assistant', '["two"]'), turn('user', 'And?'))).toBe(
      '["two"]',
    );
  });
});

describe('requests that fit no schema', () => {
  test.each([
    ['an unknown model', { model: 'nobody', messages: [{ role: 'user', content: 'x' }] }, 'model'],
    ['no messages', { model: 'openai', messages: [] }, 'messages'],
    [
      'a temperature out of range',
      { model: 'openai', messages: [{ role: 'user', content: 'x' }], temperature: 3 },
      'temperature',
    ],
  ])('get 400 that names the field: %s', async (_what, body, field) => {
    const emulator = await start();
    const response = await chat(emulator, body);
    expect(response.status).toBe(400);
    expect((await envelopeOf(response)).error.details).toMatchObject({
      name: 'ValidationError',
      fieldErrors: { [field]: [expect.any(String)] },
    });
  });

  test('get 400 for images too', async () => {
    const emulator = await start();
    for (const query of ['width=-1', 'height=x', 'model=nobody', 'seed=1.5', 'quality=best']) {
      expect((await get(emulator, `/image/x?${query}`)).status).toBe(400);
    }
  });

  test('get 400 for a body that is no JSON', async () => {
    const emulator = await start();
    const response = await fetch(`${emulator.url}${genChat}`, {
      method: 'POST',
      body: '{"model":',
      headers: { authorization: 'Bearer sk_emulator000000000000000000000000' },
    });
    expect(response.status).toBe(400);
  });
});
