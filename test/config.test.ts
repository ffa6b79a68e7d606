import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readConfig } from '../src/config.ts';

describe('the configuration', () => {
  it('needs nothing: then everything is local, within the limits of a key', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      api: { dialect: 'auto', anonymous: false },
      temporalConfigured: false,
      lanes: [{ name: 'all', rps: 4, concurrency: 64 }],
      logLevel: 'info',
    });
    expect(config).not.toHaveProperty('store');
    expect(config.api).not.toHaveProperty('key');
  });

  it.each([
    ['9464', '127.0.0.1:9464'],
    ['localhost:09464', '127.0.0.1:9464'],
    ['0.0.0.0:80', '0.0.0.0:80'],
    ['[::1]:9464', '[::1]:9464'],
  ])('serves metrics at %s as %s', (given, metrics) => {
    expect(readConfig({ POLLEN_BATCH_METRICS: given })).toMatchObject({ metrics });
  });

  it.each([
    '0',
    '65536',
    'yes',
    ':9464',
    'metrics.example:9464',
    '::1:9464',
    '[127.0.0.1]:9464',
    '9464/metrics',
  ])('serves no metrics at %s', (given) => {
    expect(() => readConfig({ POLLEN_BATCH_METRICS: given })).toThrow(
      'POLLEN_BATCH_METRICS: must be a port, or an address and a port, such as 9464 or 0.0.0.0:9464',
    );
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ S3_BUCKET: '', POLLINATIONS_API_KEY: '', POLLEN_BATCH_RPS: '' })).toEqual(
      readConfig({}),
    );
  });

  it('names every wrong variable at once, and not what it holds', () => {
    const read = () =>
      readConfig({
        POLLINATIONS_BASE_URL: 'ftp://canary',
        S3_ENDPOINT: 'canary',
        POLLEN_BATCH_CONCURRENCY: '0',
      });
    expect(read).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        details: [
          expect.stringMatching(/^POLLINATIONS_BASE_URL: /),
          expect.stringMatching(/^S3_ENDPOINT: /),
          expect.stringMatching(/^POLLEN_BATCH_CONCURRENCY: /),
        ],
      }),
    );
  });

  it('reads the key from the environment or a file, never shows it, and sends none when anonymous', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pollen-batch-test-')), 'key');
    writeFileSync(file, 'sk_fromfile00000000\n');
    const fromFile = readConfig({ POLLINATIONS_API_KEY_FILE: file });
    expect(fromFile.api.key?.reveal()).toBe('sk_fromfile00000000');
    const both = readConfig({
      POLLINATIONS_API_KEY_FILE: file,
      POLLINATIONS_API_KEY: ' sk_direct0000000000 ',
    });
    expect(both.api.key?.reveal()).toBe('sk_direct0000000000');
    expect(JSON.stringify(both)).not.toContain('sk_direct');
    const anonymous = readConfig({
      POLLINATIONS_API_KEY: 'sk_direct0000000000',
      POLLINATIONS_ANONYMOUS: 'true',
    });
    expect(anonymous.api).toMatchObject({ anonymous: true });
    expect(anonymous.api).not.toHaveProperty('key');
  });

  it('takes an empty key file for no key, as a deployment has before it gets one', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'pollen-batch-test-')), 'key');
    writeFileSync(file, '\n');
    expect(readConfig({ POLLINATIONS_API_KEY_FILE: file }).api).not.toHaveProperty('key');
  });

  it('says which key file cannot be read', () => {
    expect(() => readConfig({ POLLINATIONS_API_KEY_FILE: '/nowhere/key' })).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining('/nowhere/key') }),
    );
  });

  it('reads the store, its prefix without slashes at its ends', () => {
    const { store } = readConfig({
      S3_BUCKET: 'bees',
      S3_PREFIX: '/team/batches/',
      S3_ENDPOINT: 'http://127.0.0.1:8333',
      S3_FORCE_PATH_STYLE: 'false',
      S3_PUBLIC_ENDPOINT: 'https://files.example/bees/',
    });
    expect(store).toEqual({
      bucket: 'bees',
      prefix: 'team/batches',
      endpoint: 'http://127.0.0.1:8333',
      forcePathStyle: false,
      publicUrl: 'https://files.example/bees',
    });
    expect(readConfig({ S3_BUCKET: 'bees' }).store?.prefix).toBe('runs');
  });

  it('takes the address of a Temporal UI, which names no server', () => {
    const config = readConfig({ TEMPORAL_UI_URL: 'https://ui.example/temporal/' });
    expect(config).toMatchObject({ uiUrl: 'https://ui.example/temporal', temporalConfigured: false });
    for (const wrong of ['ui.example:8233', 'ftp://ui.example', 'https://me:canary@ui.example']) {
      expect(() => readConfig({ TEMPORAL_UI_URL: wrong })).toThrow(/^TEMPORAL_UI_URL: must /);
    }
  });

  it('knows that Temporal is configured, by address, profile or file', () => {
    for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE']) {
      expect(readConfig({ [name]: 'x' }).temporalConfigured).toBe(true);
    }
  });
});

describe('the lanes', () => {
  it('take a rate, none, and a concurrency', () => {
    expect(readConfig({ POLLEN_BATCH_RPS: '0.5', POLLEN_BATCH_CONCURRENCY: '3' }).lanes).toEqual([
      { name: 'all', rps: 0.5, concurrency: 3 },
    ]);
    expect(readConfig({ POLLEN_BATCH_RPS: 'none' }).lanes).toEqual([{ name: 'all', concurrency: 64 }]);
  });

  it('can be several', () => {
    const lanes = JSON.stringify({
      all: { rps: 4 },
      slow: { models: ['kontext'], rps: 0.5, concurrency: 2 },
    });
    expect(readConfig({ POLLEN_BATCH_LANES: lanes }).lanes).toEqual([
      { name: 'all', concurrency: 64, rps: 4 },
      { name: 'slow', concurrency: 2, models: ['kontext'], rps: 0.5 },
    ]);
  });

  it('may have their rate by the minute, and find limits that nobody knows', () => {
    const lanes = '{"all":{"rpm":90,"adaptive":true,"concurrency":8}}';
    expect(readConfig({ POLLEN_BATCH_LANES: lanes }).lanes).toEqual([
      { name: 'all', concurrency: 8, rps: 1.5, adaptive: true },
    ]);
  });

  it.each([
    ['no JSON', '{', 'it is not JSON'],
    ['two rates', '{"all":{"rps":1,"rpm":60}}', 'not both'],
    ['no lane for the other models', '{"slow":{"models":["kontext"]}}', 'wrong: exactly one lane'],
    ['two lanes for the other models', '{"one":{},"two":{}}', 'exactly one lane'],
    ['a rate of zero', '{"all":{"rps":0}}', 'all.rps'],
    ['an unknown setting', '{"all":{"speed":1}}', 'speed'],
    ['a name that is no part of a queue name', '{"All models":{}}', 'All models'],
  ])('are refused with %s', (_what, lanes, reason) => {
    expect(() => readConfig({ POLLEN_BATCH_LANES: lanes })).toThrow(reason);
  });
});

describe('the settings of notices', () => {
  it('say who may be told of runs, and the secrets, which are not printed', () => {
    const config = readConfig({
      POLLEN_BATCH_NOTIFY_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ5xJ3sNvGmA=',
      POLLEN_BATCH_NOTIFY_HOSTS: 'Hooks.example, *.Wide.example bücher.example',
      POLLEN_BATCH_NOTIFY_PRIVATE: 'true',
    });
    expect(config.notices).toMatchObject({
      hosts: ['hooks.example', '*.wide.example', 'xn--bcher-kva.example'],
      allowPrivate: true,
    });
    expect(config.notices.secrets).toHaveLength(1);
    expect(JSON.stringify(config)).not.toContain('MfKQ9r8');
    expect(readConfig({}).notices).toEqual({ secrets: [], hosts: [], allowPrivate: false });
  });

  it.each([
    [
      { POLLEN_BATCH_NOTIFY_HOSTS: 'https://hooks.example' },
      'POLLEN_BATCH_NOTIFY_HOSTS: must be names of hosts',
    ],
    [{ POLLEN_BATCH_NOTIFY_HOSTS: '*' }, 'POLLEN_BATCH_NOTIFY_HOSTS: must be names of hosts'],
    [
      { POLLEN_BATCH_NOTIFY_SECRET: 'hunter2' },
      'POLLEN_BATCH_NOTIFY_SECRET: a secret of notices cannot be used',
    ],
    [
      { POLLEN_BATCH_NOTIFY_SECRET_FILE: '/no/such' },
      'POLLEN_BATCH_NOTIFY_SECRET_FILE: the file of the secrets',
    ],
  ])('are refused when wrong: %o', (source, message) => {
    expect(() => readConfig(source)).toThrow(message);
    expect(() => readConfig(source)).not.toThrow('hunter2');
  });
});
