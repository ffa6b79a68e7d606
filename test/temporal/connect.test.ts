import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { connectClient } from '../../src/temporal/connect-client.ts';
import { knock } from '../../src/temporal/knock.ts';
import { connectWorker } from '../../src/temporal/connect-worker.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { startTestTemporal, type TestTemporal } from '../support/local-servers.ts';
import { startRefusingTemporal } from '../support/refusing-temporal.ts';
import { makeCertificates, startTlsFront, type Certificates, type TlsFront } from '../support/tls-front.ts';

let temporal: TestTemporal;
let certificates: Certificates;
let tls: TlsFront;
let mutual: TlsFront;

beforeAll(async () => {
  [temporal, certificates] = await Promise.all([startTestTemporal(), makeCertificates()]);
  tls = await startTlsFront(temporal.address, certificates, false);
  mutual = await startTlsFront(temporal.address, certificates, true);
});
afterAll(async () => {
  await tls[Symbol.asyncDispose]();
  await mutual[Symbol.asyncDispose]();
  await certificates[Symbol.asyncDispose]();
  await temporal.stop();
});
afterEach(() => vi.unstubAllEnvs());

/** Sets the environment to these variables and no other of Temporal's. */
function environment(variables: Readonly<Record<string, string>>): void {
  const theirs = Object.keys(process.env).filter((name) => name.startsWith('TEMPORAL_'));
  for (const name of theirs) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

const connectors = {
  client: async () => {
    const temporal = await connectClient();
    try {
      await temporal.client.workflowService.getSystemInfo({});
    } finally {
      await temporal.close();
    }
  },
  worker: async () => {
    const { connection } = await connectWorker();
    await connection.close();
  },
};

const authority = () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.authority });
const pair = () => ({
  TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.client.certificate,
  TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.client.key,
});

describe.each(['client', 'worker'] as const)('the %s', (kind) => {
  const connect = connectors[kind];

  it('takes address and namespace from the profile of temporal.toml that is named', async () => {
    const file = join(certificates.folder, 'temporal.toml');
    await writeFile(
      file,
      `[profile.default]\naddress = "127.0.0.1:1"\n[profile.team]\naddress = "${temporal.address}"\n`,
    );
    environment({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'team', TEMPORAL_ADDRESS: '' });
    await connect();
  });

  it('speaks TLS, and TLS with a certificate of its own, as variables or temporal.toml say', async () => {
    environment({ TEMPORAL_ADDRESS: tls.address, ...authority() });
    await connect();
    environment({ TEMPORAL_ADDRESS: mutual.address, ...authority(), ...pair() });
    await connect();
    const { client, authority: authorityFile, folder } = certificates;
    const file = join(folder, 'mutual.toml');
    await writeFile(
      file,
      [
        '[profile.default]',
        `address = "${mutual.address}"`,
        '[profile.default.tls]',
        `server_ca_cert_path = "${authorityFile}"`,
        `client_cert_path = "${client.certificate}"`,
        `client_key_path = "${client.key}"`,
      ].join('\n'),
    );
    environment({ TEMPORAL_CONFIG_FILE: file });
    await connect();
  });

  it.each([
    [
      'nobody listens',
      () => ({ TEMPORAL_ADDRESS: '127.0.0.1:9' }),
      'nothing answers at 127.0.0.1:9 (ECONNREFUSED)',
      'TEMPORAL_ADDRESS',
    ],
    [
      'the name is unknown',
      () => ({ TEMPORAL_ADDRESS: 'nowhere.invalid:7233' }),
      'nothing answers at nowhere.invalid:7233 (E',
      'TEMPORAL_ADDRESS',
    ],
    [
      'TLS is missing',
      () => ({ TEMPORAL_ADDRESS: tls.address }),
      'wants TLS, and none is configured',
      'TEMPORAL_TLS=true',
    ],
    [
      'TLS is missing, and a certificate too',
      () => ({ TEMPORAL_ADDRESS: mutual.address }),
      'wants TLS, and none is configured',
      'TEMPORAL_TLS=true',
    ],
    [
      'TLS is too much',
      () => ({ TEMPORAL_ADDRESS: temporal.address, TEMPORAL_TLS: 'true' }),
      'speaks no TLS, and TLS is configured',
      'TEMPORAL_TLS=false',
    ],
    [
      'its authority is unknown',
      () => ({ TEMPORAL_ADDRESS: tls.address, TEMPORAL_TLS: 'true' }),
      'is not trusted',
      'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
    ],
    [
      'its name is another',
      () => ({ TEMPORAL_ADDRESS: tls.address, ...authority(), TEMPORAL_TLS_SERVER_NAME: 'other.example' }),
      'is not trusted',
      'TEMPORAL_TLS_SERVER_NAME',
    ],
    [
      'it wants a certificate',
      () => ({ TEMPORAL_ADDRESS: mutual.address, ...authority() }),
      'refuses the TLS client certificate, or the lack of one',
      'TEMPORAL_TLS_CLIENT_CERT_PATH',
    ],
  ])('says so when %s', async (_what, variables, found, remedy) => {
    environment(variables());
    await expect(connect()).rejects.toMatchObject({
      code: 'temporal-unreachable',
      message: expect.stringContaining(found),
      remedy: expect.stringContaining(remedy),
    });
  });

  it('sends the API key as metadata, and says that it was refused without repeating it', async () => {
    await using server = await startRefusingTemporal();
    environment({ TEMPORAL_ADDRESS: server.address, TEMPORAL_API_KEY: 'canary', TEMPORAL_TLS: 'false' });
    const error: unknown = await connect().catch((reason: unknown) => reason);
    expect(server.keys).toContain('Bearer canary');
    expect(error).toMatchObject({
      code: 'temporal-unreachable',
      message: expect.stringContaining('takes nobody without a valid API key'),
      remedy: expect.stringContaining('TEMPORAL_API_KEY'),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('canary');
  });

  it('never goes through a proxy', async () => {
    await using proxy = await startConnectProxy();
    environment({ TEMPORAL_ADDRESS: temporal.address, https_proxy: proxy.url, http_proxy: proxy.url });
    await connect();
    expect(proxy.tunnels).toEqual([]);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string, string]>([
    [
      'a profile that is not there',
      { TEMPORAL_PROFILE: 'nobody' },
      'there is no profile nobody',
      'TEMPORAL_PROFILE',
    ],
    [
      'a missing temporal.toml',
      { TEMPORAL_CONFIG_FILE: '/none.toml' },
      '/none.toml (TEMPORAL_CONFIG_FILE)',
      'path',
    ],
    [
      'an unreadable authority',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/none.pem' },
      '/none.pem of TEMPORAL_TLS_SERVER_CA_CERT_PATH',
      'path',
    ],
    [
      'a certificate without its key',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: '/none.pem' },
      'certificate is set for Temporal, and no key',
      'TEMPORAL_TLS_CLIENT_KEY_PATH',
    ],
    [
      'a word for yes or no that is neither',
      { TEMPORAL_TLS: 'yes' },
      'TEMPORAL_TLS is neither',
      'true or false',
    ],
    ...[':7233', 'host:72333', 'host:7233:', 'my server:7233', 'http://host:7233', 'me:word@host'].map(
      (address) =>
        [
          `the address ${address}`,
          { TEMPORAL_ADDRESS: address },
          'the address of Temporal is not host:port',
          'TEMPORAL_ADDRESS',
        ] as const,
    ),
    [
      'a certificate as a path and as text',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/a', TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'b' },
      'both server_ca_cert_path and server_ca_cert_data',
      'Correct',
    ],
  ])('refuses %s by name', async (_what, variables, found, remedy) => {
    environment(variables);
    await expect(connect()).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(found),
      remedy: expect.stringContaining(remedy),
    });
  });

  it('refuses a temporal.toml that is none, and certificates that are none, and shows nothing of them', async () => {
    const file = join(certificates.folder, 'broken');
    await writeFile(file, '[profile.default]\napi_key = "canary" canary\n');
    environment({ TEMPORAL_CONFIG_FILE: file });
    await expect(connect()).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/broken cannot be used: (?!.*canary).* \(line 2\)$/),
    });
    environment({ TEMPORAL_TLS_CLIENT_CERT_PATH: file, TEMPORAL_TLS_CLIENT_KEY_PATH: file });
    await expect(connect()).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/^the TLS certificates for Temporal cannot be used: (?!.*canary)/),
    });
  });
});

describe('a knock', () => {
  it('is shown the certificate of the name it calls, where a front has several', async () => {
    const { client, authority } = certificates;
    await using front = await startTlsFront(temporal.address, certificates, false, client);
    const address = front.address.replace('127.0.0.1', 'localhost');
    const trust = { authority: await readFile(authority) };
    expect(await knock({ address, tls: trust })).toEqual({ kind: 'open' });
    expect(await knock({ address: front.address, tls: trust })).toMatchObject({ kind: 'untrusted' });
  });
});
