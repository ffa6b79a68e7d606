import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { exitCodeOfChecks } from '../../src/commands/exit-codes.ts';
import { checksText } from '../../src/commands/render/checks-text.ts';
import { apiChecks } from '../../src/doctor/api-checks.ts';
import { checksOf, type Check, type Part } from '../../src/doctor/check.ts';
import { clockCheck } from '../../src/doctor/clock-check.ts';
import { clusterChecks, sizeText, type ClusterFacts } from '../../src/doctor/cluster-checks.ts';
import { keyChecks } from '../../src/doctor/key-checks.ts';
import { machineChecks, type MachineFacts } from '../../src/doctor/machine-checks.ts';
import { probeFolder } from '../../src/doctor/probe-machine.ts';
import { queueChecks, type QueueFacts } from '../../src/doctor/queue-checks.ts';
import { proxySettings } from '../../src/proxy/proxy.ts';

const machine = (facts: Partial<MachineFacts>): readonly Check[] =>
  machineChecks({ node: 'v24.1.0', folders: [], programs: [], proxy: undefined, targets: [], ...facts });
const folder = (freeBytes: number) => ({ title: 'data folder', path: '/data', freeBytes });
const named = (checks: readonly Check[], name: string) => checks.find((check) => check.name === name);

describe('the verdict on a disk', () => {
  it.each([
    [199_000_000, 'failed', '0.2 GB free in /data'],
    [0, 'failed', '0.0 GB free in /data'],
    [1_900_000_000, 'warning', '1.9 GB free in /data'],
    [2_100_000_000, 'ok', '2.1 GB free in /data'],
  ])('with %i bytes free is %s', (bytes, state, found) => {
    const check = named(machine({ folders: [folder(bytes)] }), 'data folder');
    expect(check).toMatchObject({ state, found });
    if (state !== 'ok') expect(check?.remedy).toContain('Make room');
  });

  it('that is full is failed, as the system tells it of the nearest folder that is there', async () => {
    const asked: string[] = [];
    const facts = await probeFolder('data folder', join(tmpdir(), 'none', 'data'), async (path) => {
      asked.push(path);
      return { bavail: 10, bsize: 4_096 };
    });
    expect(asked).toEqual([tmpdir()]);
    expect(named(machine({ folders: [facts] }), 'data folder')).toMatchObject({
      state: 'failed',
      found: expect.stringMatching(/^0\.0 GB free in .*data$/),
      remedy: expect.stringContaining('Make room'),
    });
    const folders = [{ title: 'data folder', path: '/data', problem: 'ENOSPC' }];
    expect(named(machine({ folders }), 'data folder')?.remedy).toContain('Make room');
  });

  it('that cannot be written to is failed, with the reason of the system', () => {
    const folders = [{ title: 'data folder', path: '/data', problem: 'EROFS' }];
    expect(named(machine({ folders }), 'data folder')).toMatchObject({
      state: 'failed',
      found: 'nothing can be written in /data (EROFS)',
    });
  });
});

describe('the verdict on Node', () => {
  it.each([
    ['v18.20.0', 'failed'],
    ['v20.18.3', 'failed'],
    ['v20.19.0', 'ok'],
    ['v24.0.0', 'ok'],
  ])('%s is %s', (node, state) => {
    expect(named(machine({ node }), 'Node')).toMatchObject({ state });
  });
});

describe('the verdict on proxies', () => {
  it('says which way the API and the store are reached, without the password', () => {
    const proxy = proxySettings({ https: 'http://me:canary@proxy:3128', http: undefined, except: '.corp' });
    const targets = [
      { title: 'the API', url: 'https://gen.pollinations.ai' },
      { title: 'the store', url: 'https://s3.corp' },
    ];
    expect(named(machine({ proxy, targets }), 'proxy')?.found).toBe(
      'http://proxy:3128 for https, the API through it, the store directly, this machine and Temporal directly',
    );
  });
});

describe('the verdict on the clock', () => {
  const reading = (source: 'the API' | 'the store', seconds: number) => ({
    source,
    theirs: 0,
    ours: seconds * 1_000,
  });
  it.each([
    [[30, -2], 'ok', 'within 30 s of the API and the store'],
    [[31, 29], 'warning', '31 s ahead of the API'],
    [[-301, -300], 'failed', '5 min behind the API'],
    [[10_000, 10_000], 'failed', '3 h ahead of the API'],
  ])('that differs by %j seconds is %s', ([api = 0, store = 0], state, found) => {
    const check = clockCheck([reading('the API', api), reading('the store', store)]);
    expect(check).toMatchObject({ state, found: expect.stringContaining(found) });
  });
});

describe('the verdict on a queue', () => {
  const lane = { name: 'all', rps: 4, concurrency: 64 };
  const queue = (facts: Partial<QueueFacts>): readonly Check[] =>
    queueChecks([{ queue: 'q', lane: 'all', idleSeconds: { fact: [1] }, ...facts }], [lane], false);
  const unknown = { code: 12, reason: 'unknown method' };
  const late = { code: 4, reason: 'Deadline exceeded' };

  it('counts workers that asked for work in the last minute and a half', () => {
    expect(named(queue({ idleSeconds: { fact: [3, 89, 91] } }), 'lane all, workers')).toMatchObject({
      state: 'ok',
      found: '2 on queue q',
    });
    expect(named(queue({ idleSeconds: { fact: [200, 130] } }), 'lane all, workers')).toMatchObject({
      state: 'failed',
      found: 'no worker on queue q; the last one left 130 s ago',
    });
  });

  it('takes a rate that was adapted for right, and one of the polls too', () => {
    const rate = (perSecond: number, setBy: 'api' | 'worker', reason: string) =>
      named(queue({ rate: { fact: { perSecond, setBy, reason } } }), 'lane all, rate');
    expect(rate(2.5, 'api', 'adapted: 429')).toMatchObject({
      state: 'ok',
      found: '2.5/s in force, by the queue (adapted: 429)',
    });
    expect(rate(4, 'worker', '')).toMatchObject({
      state: 'ok',
      found: '4/s in force, by the polls of workers',
    });
  });

  it('says what a server does not tell in time', () => {
    const checks = queue({ idleSeconds: late, rate: late, partitions: late });
    expect(checks.map(({ state, found }) => [state, found])).toEqual(
      ['failed', 'skipped', 'failed'].map((state) => [state, 'not told (Deadline exceeded)']),
    );
  });

  it('says what an older server does not tell', () => {
    const checks = queue({ idleSeconds: unknown, rate: unknown, partitions: unknown });
    expect(checks.map(({ state, found }) => [state, found])).toEqual(
      ['workers', 'rate', 'partitions'].map(() => ['skipped', 'not told (unknown method)']),
    );
  });
});

describe('the verdict on the parts of a server', () => {
  const right: ClusterFacts = {
    size: { fact: { store: 'postgres12', shards: 64 } },
    history: { fact: undefined },
    visibility: { fact: undefined },
    rates: { fact: undefined },
  };
  const verdict = (facts: Partial<ClusterFacts>, name: string) =>
    named(clusterChecks({ ...right, ...facts }), name);

  it('tells what does not answer, and what that means for runs', () => {
    const late = { code: 4, reason: 'no answer within 4 s' };
    expect(clusterChecks(right).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect(verdict({ history: late }, 'history')).toMatchObject({
      state: 'failed',
      found: 'does not answer (no answer within 4 s)',
      remedy: expect.stringContaining('no run starts or goes on'),
    });
    expect(verdict({ visibility: late }, 'visibility')).toMatchObject({
      state: 'failed',
      remedy: expect.stringContaining('runs go on'),
    });
  });

  it('warns where workers may not set the rate of a queue, by the reason', () => {
    const refused = { code: 7, reason: 'Request unauthorized.' };
    expect(verdict({ rates: refused }, 'rates of queues')).toMatchObject({
      state: 'warning',
      found: 'may not be set (Request unauthorized.): each worker keeps to the rate of a lane by itself',
      remedy: expect.stringContaining('right to write'),
    });
    const unknown = { code: 12, reason: 'unknown method' };
    expect(verdict({ rates: unknown }, 'rates of queues')).toMatchObject({
      state: 'warning',
      remedy: 'Bring the server up to date.',
    });
  });

  it('says how big the server is, where it tells', () => {
    expect(sizeText(right)).toBe(', on postgres12, 64 history shards');
    expect(sizeText({ ...right, size: { code: 7, reason: 'no' } })).toBe('');
  });
});

describe('the verdict on the way of a key', () => {
  const api = { dialect: 'gen', emulated: false, models: [] } as const;
  it.each([
    ['https://gen.pollinations.ai', 'ok'],
    ['http://gen.pollinations.ai', 'warning'],
    ['http://127.0.0.1:4000', 'ok'],
    ['http://[::1]:4000', 'ok'],
    ['http://api.localhost:4000', 'ok'],
  ])('to %s is %s', (base, state) => {
    const checks = apiChecks({ kind: 'found', api: { ...api, base }, latencyMs: 1, hasKey: true });
    expect(named(checks, 'address')?.state).toBe(state);
  });
});

describe('the verdict on a key file', () => {
  const file = (path: string, mode: number, folderMode: number) =>
    named(
      keyChecks({
        kind: 'secret',
        file: { path, mode, folderMode },
        balance: { kind: 'no-such-call' },
      }),
      'file',
    )?.state;
  it.each([
    ['/home/me/key', 0o100600, 0o40755, 'ok'],
    ['/home/me/key', 0o100644, 0o40755, 'warning'],
    ['/home/me/key', 0o100644, 0o40750, 'warning'],
    ['/home/me/key', 0o100644, 0o40700, 'ok'],
    ['/run/secrets/key', 0o100644, 0o40755, 'ok'],
  ])('%s of %i in a folder of %i is %s', (path, mode, folderMode, state) => {
    expect(file(path, mode, folderMode)).toBe(state);
  });
});

describe('the verdict on a balance', () => {
  const balance = (pollen: string) =>
    named(keyChecks({ kind: 'secret', balance: { kind: 'balance', pollen } }), 'balance');
  it('is exact, and failed from zero down', () => {
    expect(balance('12.00000001')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/^12\.00000001 Pollen/),
    });
    expect(balance('1e-7')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/^0\.0000001 Pollen/),
    });
    expect(balance('-0.25')).toMatchObject({
      state: 'failed',
      found: expect.stringMatching(/^-0\.25 Pollen/),
      remedy: expect.stringContaining('Top up'),
    });
  });
});

describe('a diagnosis', () => {
  const failed = (part: Part): Check => checksOf(part).failed('x', 'broken', 'Mend it.');
  const fine = checksOf('API').warning('address', 'slow', 'Wait.');

  it('ends with 0 when nothing failed, 2 when only settings and key did, and 1 otherwise', () => {
    expect(exitCodeOfChecks([fine])).toBe(0);
    expect(exitCodeOfChecks([fine, failed('Settings'), failed('Key')])).toBe(2);
    expect(exitCodeOfChecks([failed('Settings'), failed('Store')])).toBe(1);
  });

  it('is shown by parts, in columns, each remedy below what was found', () => {
    const text = checksText([failed('Key'), fine]);
    expect(text).toContain('Key\n  failed   x        broken\n                    -> Mend it.\n');
    expect(text).toContain('API\n  warning  address  slow\n                    -> Wait.\n');
    expect(text.endsWith('\n\n1 failed, 1 warning.')).toBe(true);
  });
});
