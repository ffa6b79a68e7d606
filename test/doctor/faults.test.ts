import { once } from 'node:events';

import { Agent, type Dispatcher, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Check, Part } from '../../src/doctor/check.ts';
import { startEmulator } from '../../src/emulator/index.ts';
import { faultsHere } from './faults-here.ts';
import { faultsOfServers } from './faults-servers.ts';
import { KEY, openWorld, type Variables, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.end());
afterEach(() => world.endTest());

const stateOf = (checks: readonly Check[], part: Part, name: string) =>
  checks.find((check) => check.part === part && check.name === name);

describe('doctor', () => {
  it.each([...faultsHere, ...faultsOfServers])(
    'names cause and remedy of $fault',
    async ({ plant, file, part, check, state, ...words }) => {
      const checks = await world.diagnose({ ...world.whole(), ...(await plant(world)) }, file);
      const expected = {
        state,
        found:
          typeof words.cause === 'string'
            ? expect.stringContaining(words.cause)
            : expect.stringMatching(words.cause),
        remedy:
          typeof words.remedy === 'string'
            ? expect.stringContaining(words.remedy)
            : expect.stringMatching(words.remedy),
      };
      expect(stateOf(checks, part, check)).toMatchObject(expected);
    },
  );

  it('finds nothing wrong with what is right, and asks the key for its balance', async () => {
    const checks = await world.diagnose(world.whole());
    const wrong = checks.filter(({ state }) => state === 'failed').map(({ name }) => name);
    expect(wrong).toEqual(['workflows, workers', 'lane all, workers']);
    expect(stateOf(checks, 'Key', 'balance')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/^10000 Pollen/),
    });
    expect(stateOf(checks, 'Temporal', 'server')?.found).toMatch(/, on sqlite, 1 history shard$/);
    const parts = ['history', 'visibility', 'rates of queues'];
    expect(parts.map((name) => stateOf(checks, 'Temporal', name)?.state)).toEqual(['ok', 'ok', 'ok']);
    expect(stateOf(checks, 'Store', 'conditional put')?.state).toBe('ok');
    expect(stateOf(checks, 'This machine', 'clock')?.state).toBe('ok');
    const calls = world.emulator.journal().filter(({ generated }) => generated);
    expect(calls).toEqual([]);
  });

  it('says of a key without the scope that it is good, and that its balance is not told', async () => {
    const strict = await startEmulator({ keys: [{ name: 'k', key: KEY }] });
    world.closing(() => strict.close());
    const checks = await world.diagnose({ ...world.whole(), POLLINATIONS_BASE_URL: strict.url });
    expect(stateOf(checks, 'Key', 'accepted')?.state).toBe('ok');
    expect(stateOf(checks, 'Key', 'balance')).toMatchObject({
      state: 'skipped',
      found: expect.stringContaining('account:balance'),
    });
  });

  it('says what the first form of the API does not tell without a paid call', async () => {
    const seed = await startEmulator({ era: 'seed', keys: [{ name: 'k', key: KEY }] });
    world.closing(() => seed.close());
    const checks = await world.diagnose({ ...world.whole(), POLLINATIONS_BASE_URL: `${seed.url}/api` });
    expect(stateOf(checks, 'Key', 'accepted')).toMatchObject({
      state: 'skipped',
      found: expect.stringContaining('paid call'),
    });
  });

  it('finds the API of servers without a key here, behind a host that never answers', async () => {
    const api = await world.apiServer([{ name: 'openai', pricing: { completionTextTokens: '1' } }]);
    const hosts = vi.spyOn(Agent.prototype, 'request').mockImplementation(async (options) => {
      const { origin, path, ...rest } = options as Dispatcher.RequestOptions & { readonly origin: string };
      if (origin === 'https://enter.pollinations.ai') {
        const signal = rest.signal as AbortSignal;
        await once(signal, 'abort');
        throw signal.reason;
      }
      const base = origin === 'https://gen.pollinations.ai' ? api['POLLINATIONS_BASE_URL'] : origin;
      return request(`${base}${path}`, rest);
    });
    world.closing(() => hosts.mockRestore());
    const whole = { ...world.whole(), POLLINATIONS_API_KEY: '', POLLINATIONS_BASE_URL: '' };
    const checks = await world.diagnose(whole);
    expect(stateOf(checks, 'Key', 'kind')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('none here: the workers'),
    });
    expect(stateOf(checks, 'API', 'address')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('https://gen.pollinations.ai speaks gen'),
    });
  });

  it('looks at everything else when one thing is broken', async () => {
    const checks = await world.diagnose({
      ...world.whole(),
      TEMPORAL_ADDRESS: '127.0.0.1:2',
      S3_ENDPOINT: 'http://127.0.0.1:2',
      POLLINATIONS_DIALECT: 'oldest',
    });
    expect(stateOf(checks, 'Settings', 'POLLINATIONS_DIALECT')?.state).toBe('failed');
    expect(stateOf(checks, 'API', 'address')?.state).toBe('skipped');
    expect(stateOf(checks, 'Temporal', 'server')?.state).toBe('failed');
    expect(stateOf(checks, 'Temporal', 'workers')).toMatchObject({
      state: 'skipped',
      found: 'the server cannot be used',
    });
    expect(stateOf(checks, 'Store', 'server')?.state).toBe('failed');
    expect(stateOf(checks, 'Store', 'list')).toMatchObject({
      state: 'skipped',
      found: 'not tried: server failed',
    });
    expect(stateOf(checks, 'This machine', 'Node')?.state).toBe('ok');
  });

  it('says within five seconds which worker, lane, search attribute or namespace is missing', async () => {
    const lanes = { POLLEN_BATCH_LANES: '{"all":{},"slow":{"models":["kontext"]}}' };
    const quickest = async (variables: Variables) => {
      let checks: readonly Check[] = [];
      // The quickest of three: the machine may have something else to do.
      for (let tries = 0, took = Infinity; took > 5_000; tries += 1) {
        expect(tries).toBeLessThan(3);
        const began = performance.now();
        checks = await world.diagnose({ ...world.whole(), ...lanes, ...variables });
        took = performance.now() - began;
      }
      return (name: string) => stateOf(checks, 'Temporal', name)?.state;
    };
    const empty = await quickest(await world.inNamespace({}));
    expect(['workflows, workers', 'lane slow, workers', 'search attributes'].map(empty)).toEqual([
      'failed',
      'failed',
      'warning',
    ]);
    const elsewhere = await quickest({ TEMPORAL_NAMESPACE: 'elsewhere' });
    expect(elsewhere('namespace')).toBe('failed');
  });

  it('ends within 15 seconds when nothing ever answers', async () => {
    const hole = await world.blackHole();
    const began = performance.now();
    const checks = await world.diagnose({
      ...world.whole(),
      POLLINATIONS_BASE_URL: `http://${hole}`,
      TEMPORAL_ADDRESS: hole,
      S3_ENDPOINT: `http://${hole}`,
    });
    expect(performance.now() - began).toBeLessThan(15_000);
    for (const [part, name] of [
      ['API', 'address'],
      ['Temporal', 'server'],
      ['Store', 'server'],
    ] as const) {
      expect(stateOf(checks, part, name)).toMatchObject({
        state: 'failed',
        found: expect.stringMatching(/answer/),
      });
    }
  });
});
