import { describe, expect, test } from 'vitest';

import { chat, completionOf, contentOf, get, seedChat, start, stop, untilInFlight } from './support.ts';

const image = '/image/a%20lamp?model=flux&width=64&height=64';
const told = (response: Response): readonly (string | null)[] =>
  ['x-cache', 'x-cache-type', 'x-usage-completion-image-tokens', 'x-model-used'].map((name) =>
    response.headers.get(name),
  );

describe('the exact cache', () => {
  test('answers the same request with the same bytes, marked HIT, without usage headers and without charge', async () => {
    const emulator = await start();
    const first = await get(emulator, image);
    const second = await get(emulator, image);
    expect(told(first)).toEqual(['MISS', null, '1', 'flux.1-schnell']);
    expect(told(second)).toEqual(['HIT', 'EXACT', null, null]);
    expect(await second.arrayBuffer()).toEqual(await first.arrayBuffer());
    expect(emulator.meter()).toMatchObject({ charged: '0.002', generations: 1, requests: 2 });
  });

  test('keeps usage in the body of a cached text', async () => {
    const emulator = await start();
    const first = await completionOf(await chat(emulator, 'Again'));
    const second = await chat(emulator, 'Again');
    expect(second.headers.get('x-cache-date')).not.toBeNull();
    expect(await completionOf(second)).toEqual(first);
  });

  test('does not mind the order of members or parameters, nor the key', async () => {
    const emulator = await start();
    await chat(emulator, { model: 'openai', messages: [{ role: 'user', content: 'x' }] });
    const body = await chat(emulator, { messages: [{ content: 'x', role: 'user' }], model: 'openai' });
    expect(body.headers.get('x-cache')).toBe('HIT');
    await get(emulator, image);
    const query = await get(emulator, '/image/a%20lamp?height=64&nofeed=true&width=64&model=flux');
    expect(query.headers.get('x-cache')).toBe('HIT');
  });

  test('takes another seed for another request', async () => {
    const emulator = await start();
    await get(emulator, `${image}&seed=1`);
    expect((await get(emulator, `${image}&seed=2`)).headers.get('x-cache')).toBe('MISS');
  });

  test('is passed by for the seed -1, which gives and bills another result each time', async () => {
    const emulator = await start();
    const random = { model: 'openai', messages: [{ role: 'user', content: 'x' }], seed: -1 };
    const first = await chat(emulator, random);
    const second = await chat(emulator, random);
    expect(second.headers.get('x-cache')).toBeNull();
    expect(await contentOf(second)).not.toBe(await contentOf(first));
    expect(emulator.meter().generations).toBe(2);
  });

  test('lets identical calls join a running generation: one charge, the others marked DEDUP with usage', async () => {
    const emulator = await start({ latency: { kind: 'fixed', ms: 100 } });
    const responses = await Promise.all(Array.from({ length: 5 }, () => get(emulator, image)));
    const marks = responses.map((response) => told(response).slice(0, 3));
    expect(marks.filter(([cache]) => cache === 'MISS')).toHaveLength(1);
    expect(marks.filter(([, type]) => type === 'DEDUP')).toHaveLength(4);
    expect(marks.every(([, , units]) => units === '1')).toBe(true);
    const charges = emulator.journal().map(({ cache, charge }) => `${cache} ${charge}`);
    expect(charges.sort()).toEqual([...Array.from({ length: 4 }, () => 'dedup 0'), 'miss 0.002']);
    expect(emulator.meter()).toMatchObject({ charged: '0.002', generations: 1 });
  });

  test('answers a hit of the v1 era before it looks at the key, and of the others after', async () => {
    const v1 = await start({ era: 'v1' });
    const path = `/api/generate${image}`;
    await get(v1, path);
    expect((await get(v1, path, { key: null })).status).toBe(200);
    const seed = await start();
    await chat(seed, 'x', { path: seedChat });
    expect((await chat(seed, 'x', { path: seedChat, key: null })).status).toBe(401);
  });
});

describe('the mode paid-hit', () => {
  test('marks the paid answer HIT too, and tells usage and model on every answer', async () => {
    const emulator = await start({ cacheMode: 'paid-hit' });
    const expected = ['HIT', null, '1', 'flux.1-schnell'];
    expect(told(await get(emulator, image))).toEqual(expected);
    expect(told(await get(emulator, image))).toEqual(expected);
    expect(emulator.meter().generations).toBe(1);
    expect(emulator.journal().map((entry) => entry.cache)).toEqual(['miss', 'hit']);
  });
});

describe('the mode none', () => {
  test('bills every call and says nothing of a cache', async () => {
    const emulator = await start({ cacheMode: 'none', latency: { kind: 'fixed', ms: 20 } });
    const responses = await Promise.all([get(emulator, image), get(emulator, image)]);
    expect(responses.map((response) => response.headers.get('x-cache'))).toEqual([null, null]);
    expect(emulator.meter()).toMatchObject({ charged: '0.004', generations: 2 });
  });

  test('can be chosen while the emulator runs', async () => {
    const emulator = await start();
    await get(emulator, image);
    emulator.update({ cacheMode: 'none' });
    expect((await get(emulator, image)).headers.get('x-cache')).toBeNull();
    expect(emulator.meter().generations).toBe(2);
  });
});

describe('closing', () => {
  test('stops at once, and a generation that still runs is not charged', async () => {
    const emulator = await start({ latency: { kind: 'fixed', ms: 60_000 } });
    const waiting = chat(emulator, 'x');
    const failed = expect(waiting).rejects.toThrow(TypeError);
    await untilInFlight(emulator, 1);
    await stop(emulator);
    await failed;
    expect(emulator.meter().generations).toBe(0);
  });
});
