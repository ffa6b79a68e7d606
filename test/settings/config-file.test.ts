import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config.ts';
import { workerEnvironment } from '../../src/local/product-stack.ts';
import { parseConfigFile, readConfigFile } from '../../src/settings/config-file.ts';
import { settingList } from '../../src/settings/settings.ts';
import { createDesk } from '../e2e/product.ts';

const problemsOf = (text: string): readonly string[] =>
  parseConfigFile(text, 'conf.yaml').problems.map(({ message }) => message);
const read = (text: string, environment: Record<string, string> = {}) =>
  readConfig(environment, parseConfigFile(text, '/etc/bees/conf.yaml'));

const whole = `
api: { keyFile: key, anonymous: false, base: "https://gen.pollinations.ai/", dialect: gen, cache: none, prices: p.json }
store: { bucket: bees, endpoint: "http://127.0.0.1:9", prefix: team, region: eu, pathStyle: false, publicEndpoint: "https://files.example/" }
temporal: { uiUrl: "https://ui.example/" }
lanes: { all: { rps: 2 }, slow: { models: [kontext], rps: 0.5, concurrency: 4 } }
plan: { confirmAbove: "2.5" }
folders: { data: data, cache: /var/cache/bees }
programs: { temporal: bin/temporal, weed: bin/weed }
logLevel: warn
logPrompts: true
metrics: { listen: 9464 }
notify: { secretFile: signing, hosts: "hooks.example, *.corp.example", private: true }
`;

/** Without what names files that are read. */
const unread = (text: string): string =>
  text.replace('keyFile: key, ', '').replace('secretFile: signing, ', '');

describe('the configuration file', () => {
  it('can set everything that is no secret, and its paths count from its folder', () => {
    const { values, problems } = parseConfigFile(whole, '/etc/bees/conf.yaml');
    expect(problems).toEqual([]);
    const keyed = settingList.filter(({ key }) => key !== undefined).map(({ name }) => name);
    expect(Object.keys(values).sort()).toEqual([...keyed].sort());
    expect(values.POLLINATIONS_API_KEY_FILE).toBe('/etc/bees/key');
    expect(values.POLLEN_BATCH_NOTIFY_SECRET_FILE).toBe('/etc/bees/signing');
    expect(read(unread(whole))).toMatchObject({
      api: {
        base: 'https://gen.pollinations.ai',
        dialect: 'gen',
        anonymous: false,
        cacheMode: 'none',
        priceFile: '/etc/bees/p.json',
      },
      store: {
        bucket: 'bees',
        prefix: 'team',
        region: 'eu',
        forcePathStyle: false,
        publicUrl: 'https://files.example',
      },
      lanes: [
        { name: 'all', rps: 2, concurrency: 64 },
        { name: 'slow', models: ['kontext'], rps: 0.5, concurrency: 4 },
      ],
      uiUrl: 'https://ui.example',
      dataDir: '/etc/bees/data',
      cacheDir: '/var/cache/bees',
      temporalBinary: '/etc/bees/bin/temporal',
      logLevel: 'warn',
      logPrompts: true,
      metrics: '127.0.0.1:9464',
      file: '/etc/bees/conf.yaml',
    });
  });

  it('may be empty, or hold comments alone', () => {
    expect(problemsOf('')).toEqual([]);
    expect(problemsOf('# nothing yet\n')).toEqual([]);
    expect(problemsOf('api:\nstore:\n  # bucket: bees\n  region:\n')).toEqual([]);
  });

  it('gives way to the environment, lane by lane', () => {
    expect(read(unread(whole), { S3_BUCKET: 'wasps' }).store).toMatchObject({
      bucket: 'wasps',
      region: 'eu',
    });
    expect(read('logLevel: warn', { POLLEN_BATCH_LOG_LEVEL: '' }).logLevel).toBe('warn');
    const lanes = 'lanes: { rest: { rps: 2 }, slow: { models: [kontext] } }';
    expect(read(lanes, { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '7' }).lanes).toEqual([
      { name: 'rest', concurrency: 7 },
      { name: 'slow', concurrency: 64, models: ['kontext'] },
    ]);
    expect(read(lanes, { POLLEN_BATCH_LANES: '{"one":{}}', POLLEN_BATCH_RPS: '9' }).lanes).toEqual([
      { name: 'one', concurrency: 64 },
    ]);
  });

  it('does not reach into the local stack, whose store is its own', () => {
    const addresses = {
      holder: { name: 'pollen-batch', pid: 1, started: '' },
      temporal: { address: '127.0.0.1:7233', uiUrl: '' },
      store: {
        endpoint: 'http://127.0.0.1:8333',
        region: 'us-east-1',
        bucket: 'pollen-batch',
        credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      },
    };
    const file = 'store: { bucket: theirs, prefix: theirs, region: eu, pathStyle: false }';
    expect(read(file, workerEnvironment(addresses)).store).toEqual({
      bucket: 'pollen-batch',
      prefix: 'runs',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:8333',
      forcePathStyle: true,
    });
  });

  it('names every problem at once, with its place and what was meant', () => {
    const text = [
      'api: { dialect: old, bass: x, anonymous: "yes" }',
      'bucket: bees',
      'S3_REGION: eu',
      'temporal: { address: here, apiKey: canary, uiURL: x }',
      'lanes: { All: {}, slow: { models: [a], rps: 0, speed: 1 }, b: { concurrency: 2000 } }',
      'logLevel: 3',
      'wholly: unknown',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      'conf.yaml:1:17: value-invalid: `dialect` must be one of `auto`, `enter`, `enter-v1`, `gen`, not the text `old`',
      'conf.yaml:1:22: key-unknown: unknown key `bass`; did you mean `base`?',
      'conf.yaml:1:42: type-wrong: `anonymous` must be true or false, not the text `yes`',
      'conf.yaml:2:1: key-misplaced: `bucket` does not belong here; write it as `store.bucket`',
      'conf.yaml:3:1: key-misplaced: `S3_REGION` is a variable; in this file it is `store.region`',
      "conf.yaml:4:13: key-misplaced: `address` is read from the environment, and Temporal's settings from temporal.toml as well",
      "conf.yaml:4:28: key-misplaced: `apiKey` is read from the environment, and Temporal's settings from temporal.toml as well",
      'conf.yaml:4:44: key-unknown: unknown key `uiURL`; did you mean `uiUrl`?',
      'conf.yaml:5:10: value-invalid: lane names are short, lower case, of letters, digits and hyphens, not `All`',
      'conf.yaml:5:45: value-invalid: `rps` is `0`; must be a number of calls a second above 0',
      'conf.yaml:5:48: key-unknown: unknown key `speed`; known here: models, rps, rpm, adaptive, concurrency',
      'conf.yaml:5:78: value-invalid: `concurrency` is `2000`; must be a whole number from 1 to 1000',
      'conf.yaml:6:11: value-invalid: `logLevel` must be one of `trace`, `debug`, `info`, `warn`, `error`, not `3`',
      'conf.yaml:7:1: key-unknown: unknown key `wholly`; known here: lanes, logLevel, logPrompts, api, store, temporal, notify, plan, folders, programs, metrics',
    ]);
  });

  it('is read as YAML, with the same care as a job', () => {
    expect(problemsOf('api: {')).toEqual([expect.stringMatching(/^conf\.yaml:1:7: yaml-syntax: /)]);
    expect(problemsOf('api: !x {}')).toEqual(['conf.yaml:1:6: yaml-tag: tags (!name) are not allowed']);
    expect(problemsOf('- a')).toEqual(['conf.yaml:1:1: type-wrong: the file must be a map, not a list']);
    expect(problemsOf('logLevel: info\nlogLevel: warn')).toEqual([
      'conf.yaml:2:1: key-duplicate: the key `logLevel` is in this map already',
    ]);
  });

  it.each([
    ['api: { key: sk_canary0000000 }', 'POLLINATIONS_API_KEY, or `api.keyFile`'],
    ['apiKey: sk_canary0000000', 'POLLINATIONS_API_KEY, or `api.keyFile`'],
    ['store: { secretAccessKey: canary }', 'AWS_SECRET_ACCESS_KEY'],
    ['store: { accessKeyId: canary }', 'AWS_SECRET_ACCESS_KEY'],
    ['POLLINATIONS_API_KEY: sk_canary0000000', 'a secret may not stand in this file'],
    ['AWS_SECRET_ACCESS_KEY: canary', 'a secret may not stand in this file'],
    ['api: sk_canary0000000', '`api` must be a map, not the text `[redacted]`'],
    ['api: { base: "http://me:canary@host" }', 'must have no user and password in it'],
  ])('refuses the secret in %s, says where it belongs, and does not repeat it', (text, words) => {
    const [problem, ...more] = problemsOf(text);
    expect(more).toEqual([]);
    expect(problem).toContain(words);
    expect(problem).not.toContain('canary');
  });
});

describe('where settings come from', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollen-batch-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('the configuration file is what POLLEN_BATCH_CONFIG names, which must be there and be text', async () => {
    const message = (path: string) => readConfigFile(path).problems[0]?.message;
    expect(message(join(folder, 'none'))).toContain('none cannot be read (ENOENT)');
    expect(message(folder)).toContain('cannot be read (EISDIR)');
    await writeFile(join(folder, 'utf16'), Buffer.from([0xff, 0xfe, 0x61, 0]));
    expect(message(join(folder, 'utf16'))).toContain('UTF-16');
  });

  it('it is pollen-batch.yaml of the working directory, which .env goes over, and the environment over both', async () => {
    await using desk = await createDesk();
    await desk.file('job.yaml', 'version: 1\nname: j\nitems:\n  - { text: Hello }\n');
    await desk.file(
      'pollen-batch.yaml',
      'api: { base: "http://127.0.0.1:1", dialect: gen }\nstore: { bucket: x }\n',
    );
    await desk.file('.env', 'POLLINATIONS_BASE_URL=http://127.0.0.1:2\nPOLLINATIONS_DIALECT=enter\n');
    const environment = { TEMPORAL_ADDRESS: '127.0.0.1:9', POLLINATIONS_BASE_URL: 'http://127.0.0.1:3' };
    const { stderr } = await desk.runWith({ environment }, 'submit', 'job.yaml');
    expect(stderr).toContain('Tried http://127.0.0.1:3 as enter:');
  });

  it('what is wrong is named in file and environment together', () => {
    const file = parseConfigFile('api: { dialect: oldest }\nstore: {}\nsotre: {}\n', 'other/conf.yaml');
    expect(() => readConfig({ POLLEN_BATCH_RPS: 'fast' }, file)).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        message: '3 settings are wrong',
        details: [
          expect.stringContaining('other/conf.yaml:1:17: value-invalid: `dialect` must be one of'),
          'other/conf.yaml:3:1: key-unknown: unknown key `sotre`; did you mean `store`?',
          'POLLEN_BATCH_RPS: must be a number of calls a second above 0, or none',
        ],
      }),
    );
  });

  it('a key file has its content never shown, and --anonymous goes over it', async () => {
    await writeFile(join(folder, 'key'), 'not a key\nat all');
    const file = parseConfigFile('api: { keyFile: key }', join(folder, 'pollen-batch.yaml'));
    expect(() => readConfig({}, file)).toThrow(/^The API key is empty or holds/);
    const instead = { POLLINATIONS_API_KEY_FILE: 'sk_canary0000000' };
    expect(() => readConfig(instead)).toThrow('the key file [redacted] cannot be read');
    expect(
      readConfig({ POLLINATIONS_ANONYMOUS: 'true', POLLINATIONS_API_KEY_FILE: '/none' }).api.anonymous,
    ).toBe(true);
  });
});
