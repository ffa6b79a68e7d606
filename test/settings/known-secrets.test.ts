import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { examineConfig } from '../../src/config.ts';
import { createScrub } from '../../src/pollinations/secret.ts';
import { learnSecrets, scrubKnown } from '../../src/settings/known-secrets.ts';
import { secretValues } from '../../src/settings/secret-settings.ts';
import { statusOf } from '../../src/temporal/failure.ts';
import { readTemporalSettings } from '../../src/temporal/settings.ts';

const canary = 'canary-of-a-secret';

describe('the secrets among variables', () => {
  it.each([
    'POLLINATIONS_API_KEY',
    'POLLEN_BATCH_NOTIFY_SECRET',
    'S3_DELETE_SECRET_ACCESS_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'TEMPORAL_API_KEY',
    'TEMPORAL_TLS_CLIENT_KEY_DATA',
    'TEMPORAL_GRPC_META_AUTHORIZATION',
    'TEMPORAL_GRPC_META_X_GATE',
  ])('are the words of %s', (name) => {
    expect(secretValues({ [name]: `Bearer ${canary}\n` })).toEqual(['Bearer', canary]);
  });

  it.each(['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'])('are passwords of %s', (name) => {
    expect(secretValues({ [name]: `http://somebody:${canary}@proxy.example:3128/` })).toContain(canary);
  });

  it.each([
    ['with no scheme', 'somebody:canary-pass@proxy.example:3128', ['canary-pass']],
    ['escaped', 'http://somebody:canary%2Fp%40ss@proxy.example', ['canary%2Fp%40ss', 'canary/p@ss']],
    ['with an @ in it', 'http://somebody:canary@pass@proxy.example', ['canary@pass']],
    ['with a wrong escape', 'http://somebody:canary%pass@proxy.example', ['canary%pass']],
    ['in what is no URL', 'http://somebody:canary#pass@proxy.example', ['canary#pass']],
    ['as a user alone', 'http://canary-token@proxy.example', ['canary-token']],
  ])('are the password of a proxy %s', (_how, proxy, forms) => {
    expect([...new Set(secretValues({ HTTPS_PROXY: proxy }))]).toEqual(forms);
    const scrub = createScrub(secretValues({ HTTPS_PROXY: proxy }));
    for (const form of forms) expect(scrub(`no ${form} and ${btoa(`x:${form}`)}`)).not.toContain(form);
  });

  it('are none where there are none', () => {
    const proxies = { HTTP_PROXY: 'proxy.example:3128', https_proxy: 'http://proxy.example/a@b' };
    expect(secretValues({ ...proxies, PATH: '/bin', TEMPORAL_API_KEY: undefined })).toEqual([]);
  });
});

describe('the secrets that a process knows', () => {
  let folder: string;
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'known-secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are those of the files that its settings name', async () => {
    const key = 'canary/of+the=key-file';
    const [signing, next] = ['a', 'b'].map((byte) => Buffer.alloc(32, byte).toString('base64'));
    expect(scrubKnown(key)).toBe(key);
    const { problems } = examineConfig({
      POLLINATIONS_API_KEY_FILE: await file('key', `${key}\n`),
      POLLEN_BATCH_NOTIFY_SECRET_FILE: await file('signing', `whsec_${signing} whsec_${next}\n`),
    });
    expect(problems).toEqual([]);
    expect(scrubKnown(`with ${key}`)).toBe('with [redacted]');
    const packed = Buffer.from(`whsec_${next}`).toString('base64');
    expect(scrubKnown(`signed whsec_${signing} ${packed}`)).toBe('signed [redacted] [redacted]');
  });

  it('are also those of a file that cannot be used', async () => {
    const key = 'canary-of-the-first canary-of-the-second';
    const { problems } = examineConfig({ POLLINATIONS_API_KEY_FILE: await file('two', key) });
    expect(problems).toHaveLength(1);
    expect(scrubKnown(key)).toBe('[redacted] [redacted]');
  });

  it('are those of temporal.toml', async () => {
    const text = `[profile.default]
address = "temporal.example:7233"
api_key = "canary-of-temporal"
[profile.default.grpc_meta]
x-gate = "canary-of-the-gate"
`;
    readTemporalSettings({ TEMPORAL_CONFIG_FILE: await file('temporal.toml', text) });
    expect(scrubKnown('canary-of-temporal canary-of-the-gate')).toBe('[redacted] [redacted]');
  });
});

describe('what a server says that repeats what it was sent', () => {
  it('is told without the secrets, whichever client has heard it', () => {
    learnSecrets([canary]);
    const heard = Object.assign(new Error('16 UNAUTHENTICATED'), { code: 16, details: `not ${canary}` });
    expect(statusOf(new Error('Failed to query', { cause: heard }))).toEqual({
      code: 16,
      reason: 'not [redacted]',
    });
    expect(statusOf(new Error(`valid authentication credentials, not ${canary}`)).reason).not.toContain(
      canary,
    );
    expect(statusOf(`not ${canary}`).reason).toBe('not [redacted]');
  });
});
