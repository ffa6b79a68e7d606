import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { uiOf, usesServers, withStack } from '../../../src/commands/session/servers.ts';
import { readConfig } from '../../../src/config.ts';
import type { StackAddresses } from '../../../src/local/address-file.ts';
import { temporaryFolder } from '../../support/local-servers.ts';

const bucket = { S3_BUCKET: 'bees' };
const temporal = { TEMPORAL_ADDRESS: '127.0.0.1:9' };
const stack: StackAddresses = {
  holder: { name: 'pollen-batch', pid: 1, started: '' },
  temporal: { address: '127.0.0.1:7233', uiUrl: '' },
  store: {
    endpoint: 'http://127.0.0.1:8333',
    region: 'us-east-1',
    bucket: 'pollen-batch',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  },
  emulator: 'http://127.0.0.1:4000',
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
  const theirs = Object.keys(process.env).filter((name) => name.startsWith('TEMPORAL_'));
  for (const name of theirs) vi.stubEnv(name, undefined);
  // Where the Temporal CLI keeps the person's profiles.
  vi.stubEnv('HOME', folder.path);
  vi.stubEnv('XDG_CONFIG_HOME', folder.path);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder.remove();
});

async function profile(text: string): Promise<void> {
  for (const parent of ['.', 'Library/Application Support']) {
    await mkdir(join(folder.path, parent, 'temporalio'), { recursive: true });
    await writeFile(join(folder.path, parent, 'temporalio', 'temporal.toml'), text);
  }
}

describe('the Temporal UI', () => {
  const settingsOf = (environment: Record<string, string>) => {
    const config = readConfig({ ...bucket, ...environment });
    return { ...config, store: config.store ?? { bucket: '', prefix: '' } };
  };
  const uiUrl = 'https://ui.example';
  const own = { ...temporal, TEMPORAL_UI_URL: `${uiUrl}/` };

  it('is that of the local stack, whatever is configured', () => {
    const local = { ...stack, temporal: { ...stack.temporal, uiUrl: 'http://127.0.0.1:8233' } };
    vi.stubEnv('TEMPORAL_NAMESPACE', 'pollen');
    expect(uiOf({ settings: settingsOf(own), stack: local })).toEqual({
      uiUrl: 'http://127.0.0.1:8233',
      uiNamespace: 'default',
    });
  });

  it('of servers of your own is the one that is configured, with the namespace that runs go to', async () => {
    expect(uiOf({ settings: settingsOf(temporal) })).toEqual({});
    expect(uiOf({ settings: settingsOf(own) })).toEqual({ uiUrl, uiNamespace: 'default' });
    await profile('[profile.default]\nnamespace = "pollen"\n');
    expect(uiOf({ settings: settingsOf(own) })).toEqual({ uiUrl, uiNamespace: 'pollen' });
    vi.stubEnv('TEMPORAL_NAMESPACE', 'bees');
    expect(uiOf({ settings: settingsOf(own) })).toEqual({ uiUrl, uiNamespace: 'bees' });
    const given = { ...settingsOf(own), temporal: { address: '127.0.0.1:9', namespace: 'wasps' } };
    expect(uiOf({ settings: given })).toEqual({ uiUrl, uiNamespace: 'wasps' });
    // Where a link would lead to another namespace there is none.
    await profile('[profile.default');
    expect(uiOf({ settings: settingsOf(own) })).toEqual({});
  });
});

describe('servers of your own', () => {
  it('are used with both named, and refused with one', () => {
    expect(usesServers(readConfig({ ...bucket, ...temporal }))).toBe(true);
    expect(usesServers(readConfig({}))).toBe(false);
    expect(() => usesServers(readConfig(bucket))).toThrow('no Temporal server');
    expect(() => usesServers(readConfig(temporal))).toThrow('no bucket');
  });

  it("take the address of a person's own temporal.toml beside a bucket, and not without", async () => {
    await profile('[profile.default]\naddress = "temporal.example:7233"\n');
    expect(usesServers(readConfig(bucket))).toBe(true);
    expect(usesServers(readConfig({}))).toBe(false);
    await profile('[profile.default]\nnamespace = "pollen"\n');
    expect(() => usesServers(readConfig(bucket))).toThrow('no Temporal server');
    // Connecting tells what is wrong with it.
    await profile('[profile.default');
    expect(usesServers(readConfig(bucket))).toBe(true);
  });

  it('get nothing of a local stack that runs in the data folder', () => {
    const config = readConfig({ ...bucket, ...temporal });
    expect(withStack(config, stack)).toBe(config);
    expect(withStack(readConfig({}), stack)).toMatchObject({
      store: { bucket: 'pollen-batch', endpoint: 'http://127.0.0.1:8333' },
      api: { base: 'http://127.0.0.1:4000', cacheMode: 'exact' },
    });
  });
});
