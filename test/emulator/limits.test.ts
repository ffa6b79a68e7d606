import { describe, expect, test } from 'vitest';

import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts';
import { emulatorKeys } from '../../src/emulator/index.ts';
import { latencyOf } from '../../src/emulator/latency.ts';
import { chat, get, start, untilInFlight } from './support.ts';

interface Clock {
  advance(ms: number): void;
  readonly now: () => number;
}

function createClock(): Clock {
  let time = 1_000_000;
  return {
    advance(ms) {
      time += ms;
    },
    now: () => time,
  };
}

async function startWithClock(options: EmulatorOptions): Promise<{ emulator: Emulator; clock: Clock }> {
  const clock = createClock();
  return { emulator: await start({ ...options, now: clock.now }), clock };
}

let item = 0;
const statusOf = async (emulator: Emulator, key?: string): Promise<number> =>
  (await chat(emulator, `item ${(item += 1)}`, key === undefined ? {} : { key })).status;

describe('the token bucket of a key', () => {
  test('holds a burst, refills by the second, and says when to come back', async () => {
    const { emulator, clock } = await startWithClock({ limits: { key: { rps: 2, burst: 3 } } });
    const statuses: number[] = [];
    for (let each = 0; each < 4; each += 1) statuses.push(await statusOf(emulator));
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await chat(emulator, 'x')).headers.get('retry-after')).toBe('1');
    clock.advance(500);
    expect(await statusOf(emulator)).toBe(200);
    expect(await statusOf(emulator)).toBe(429);
    expect(emulator.meter().generations).toBe(4);
  });

  test('can keep silent on when to come back', async () => {
    const { emulator } = await startWithClock({ limits: { key: { rps: 1, burst: 1, retryAfter: false } } });
    await statusOf(emulator);
    const refused = await chat(emulator, 'x');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
  });

  test('can answer like a bad key, as the oldest era did', async () => {
    const { emulator, clock } = await startWithClock({ limits: { key: { rps: 5, burst: 1, status: 401 } } });
    await statusOf(emulator);
    expect(await statusOf(emulator)).toBe(401);
    clock.advance(1000);
    expect(await statusOf(emulator)).toBe(200);
  });
});

test('a publishable key waits for what its last call cost, at one Pollen an hour', async () => {
  const { emulator, clock } = await startWithClock({});
  const image = (seed: number): Promise<Response> =>
    get(emulator, `/image/x?model=flux&width=8&height=8&seed=${seed}`, { key: emulatorKeys.publishable });
  expect((await image(1)).status).toBe(200);
  const refused = await image(2);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('8');
  expect(await refused.json()).toMatchObject({ error: 'Rate limit exceeded', retryAfterSeconds: 7.2 });
  clock.advance(7200);
  expect((await image(2)).status).toBe(200);
  expect(await statusOf(emulator)).toBe(200);
  expect(await statusOf(emulator)).toBe(200);
});

test('the edge counts every request of an address in its window, models and all, and tells no Retry-After', async () => {
  const { emulator, clock } = await startWithClock({ limits: { edge: { requests: 2, windowMs: 10_000 } } });
  await get(emulator, '/v1/models');
  expect(await statusOf(emulator)).toBe(200);
  const refused = await get(emulator, '/v1/models');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBeNull();
  clock.advance(10_000);
  expect(await statusOf(emulator)).toBe(200);
});

test('a key limited to one generation at a time gets 429 for a second, but may join the first', async () => {
  const emulator = await start({ limits: { inFlight: 1 }, latency: { kind: 'fixed', ms: 300 } });
  const running = chat(emulator, 'first');
  await untilInFlight(emulator, 1);
  const joining = chat(emulator, 'first');
  const refused = await chat(emulator, 'second');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ error: 'concurrency_limit_exceeded' });
  expect((await running).status).toBe(200);
  expect((await joining).status).toBe(200);
  expect((await chat(emulator, 'second')).status).toBe(200);
});

describe('latency', () => {
  test('holds a generation back, and no cached answer', async () => {
    const emulator = await start({ latency: { kind: 'fixed', ms: 400 } });
    const timed = async (): Promise<number> => {
      const started = performance.now();
      await chat(emulator, 'slow');
      return performance.now() - started;
    };
    expect(await timed()).toBeGreaterThanOrEqual(395);
    expect(await timed()).toBeLessThan(395);
  });

  test('is spread around its median by seed and number alone', () => {
    const latency = { kind: 'lognormal', medianMs: 100, sigma: 0.5 } as const;
    const sample = (seed: number): number[] =>
      Array.from({ length: 1001 }, (_, index) => latencyOf(latency, seed, index));
    expect(sample(1)).toEqual(sample(1));
    expect(sample(1)).not.toEqual(sample(2));
    const sorted = sample(3).sort((left, right) => left - right);
    expect(sorted[500]).toBeGreaterThan(90);
    expect(sorted[500]).toBeLessThan(110);
    // One sigma above the median: 100 * e^0.5.
    expect(sorted[841]).toBeGreaterThan(140);
    expect(sorted[841]).toBeLessThan(190);
  });
});
