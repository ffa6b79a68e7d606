import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { emulatorKeys, startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { connectClient } from '../../src/temporal/connect-client.ts';
import { connectWorker } from '../../src/temporal/connect-worker.ts';
import { serverFolder } from '../cluster/programs.ts';
import { startTestStore, type TestStore } from '../support/local-servers.ts';
import { createNamespace } from '../support/namespace.ts';
import { sampleJob } from '../support/sample-job.ts';
import { makeCertificates, type Certificates } from '../support/tls-front.ts';
import { expiredPair, startTlsTemporal, type TlsTemporal } from '../support/tls-temporal.ts';
import { untilDone } from '../support/until.ts';
import { spawnCommand } from '../support/spawn-command.ts';

const program = join(serverFolder(), 'server');
const isMissing = !existsSync(program);
if (isMissing) {
  console.warn(
    "TLS of Temporal's own is not tried: `npm run test:cluster` builds its production server once.",
  );
}

describe.skipIf(isMissing)('a production Temporal with TLS, certificates of clients and API keys', () => {
  let certificates: Certificates;
  let stranger: Certificates;
  let temporal: TlsTemporal;
  let store: TestStore;
  let emulator: Emulator;
  let namespace: string;
  let whole: Readonly<Record<string, string>>;
  const running: ChildProcess[] = [];

  const pair = ({ certificate, key }: Certificates['client']) => ({
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: key,
  });

  beforeAll(async () => {
    if (isMissing) return;
    [certificates, stranger, store, emulator] = await Promise.all([
      makeCertificates(),
      makeCertificates(),
      startTestStore(),
      startEmulator(),
    ]);
    temporal = await startTlsTemporal(program, certificates);
    const admin = await untilDone(async () =>
      Connection.connect({
        address: temporal.address,
        apiKey: temporal.apiKey('temporal-system:admin'),
        tls: {
          serverRootCACertificate: await readFile(certificates.authority),
          clientCertPair: {
            crt: await readFile(certificates.client.certificate),
            key: await readFile(certificates.client.key),
          },
        },
      }),
    );
    namespace = await createNamespace(admin, true);
    await admin.close();
    const { endpoint, region, credentials } = store;
    const client = createS3Store({ bucket: 'tls', endpoint, region, credentials, maxConcurrency: 1 });
    await client.createBucket();
    client.close();
    whole = {
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_API_KEY: temporal.apiKey(`${namespace}:write`),
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.authority,
      ...pair(certificates.client),
    };
  }, 120_000);
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await temporal?.[Symbol.asyncDispose]();
    await certificates?.[Symbol.asyncDispose]();
    await stranger?.[Symbol.asyncDispose]();
    await emulator?.close();
    await store?.stop();
  });
  afterEach(() => vi.unstubAllEnvs());

  function start(parameters: readonly string[]) {
    const { endpoint, region, credentials } = store;
    const environment = {
      ...whole,
      S3_ENDPOINT: endpoint,
      S3_REGION: region,
      S3_BUCKET: 'tls',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      POLLINATIONS_BASE_URL: emulator.url,
      POLLINATIONS_API_KEY: emulatorKeys.secret,
      POLLEN_BATCH_RPS: 'none',
    };
    const command = spawnCommand(parameters, environment);
    running.push(command.child);
    return command;
  }

  it('carries a run from submit to report, by a worker and commands that know nothing but certificates and key', async () => {
    const worker = start(['worker']);
    await vi.waitFor(() => expect(worker.said.error).toContain('worker ready'), {
      timeout: 60_000,
      interval: 100,
    });
    const file = join(certificates.folder, 'job.yaml');
    await writeFile(file, sampleJob({ name: 'sealed', texts: 4, images: 1 }));
    const run = start(['submit', file, '--watch', '-o', 'json']);
    expect(await run.ended, run.said.error).toBe(0);
    const { runId, state } = JSON.parse(run.said.out) as { runId: string; state: string };
    expect(state).toBe('completed');
    const [get, doctor] = [start(['get', runId]), start(['doctor', '-o', 'json'])];
    expect(await get.ended, get.said.error).toBe(0);
    expect(get.said.out).toContain('5 succeeded');
    await doctor.ended;
    const checks = JSON.parse(doctor.said.out) as { part: string; name: string; state: string }[];
    expect(checks.filter(({ part, state: is }) => part === 'Temporal' && is === 'failed')).toEqual([]);
    expect(checks.find(({ name }) => name === 'server')?.state).toBe('ok');
  }, 120_000);

  const connectors = {
    client: async () => {
      const connected = await connectClient();
      try {
        await connected.client.workflowService.describeNamespace({ namespace });
      } finally {
        await connected.close();
      }
    },
    worker: async () => {
      const { connection } = await connectWorker();
      try {
        await connection.workflowService.describeNamespace({ namespace });
      } finally {
        await connection.close();
      }
    },
  };

  const wrongs: readonly (readonly [string, () => Promise<Record<string, string>>, RegExp])[] = [
    [
      "an authority that is not the server's",
      async () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: stranger.authority }),
      /is not trusted/,
    ],
    ['another name', async () => ({ TEMPORAL_TLS_SERVER_NAME: 'other.example' }), /is not trusted/],
    [
      'no certificate',
      async () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS_CLIENT_KEY_PATH: '' }),
      /refuses the TLS client certificate, or the lack of one/,
    ],
    [
      "a stranger's certificate",
      async () => pair(stranger.client),
      /refuses the TLS client certificate, or the lack of one/,
    ],
    [
      'an expired certificate',
      async () => pair(await expiredPair(certificates)),
      /refuses the TLS client certificate, or the lack of one/,
    ],
    [
      'no TLS',
      async () => ({
        TEMPORAL_TLS: 'false',
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: '',
        TEMPORAL_TLS_CLIENT_CERT_PATH: '',
        TEMPORAL_TLS_CLIENT_KEY_PATH: '',
      }),
      /wants TLS, and none is configured/,
    ],
  ];

  it.each(wrongs)('refuses %s, and both kinds of client say so', async (_what, change, found) => {
    for (const name of Object.keys(process.env))
      if (name.startsWith('TEMPORAL_')) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries({ ...whole, ...(await change()) })) vi.stubEnv(name, value);
    for (const connect of Object.values(connectors)) {
      await expect(connect()).rejects.toMatchObject({
        code: 'temporal-unreachable',
        message: expect.stringMatching(found) as string,
      });
    }
  });

  it.each([
    ['no key', () => ''],
    ['a key of another namespace', () => temporal.apiKey('elsewhere:write')],
    [
      'a key that nobody has signed',
      () => `${temporal.apiKey(`${namespace}:write`).slice(0, -20)}${'A'.repeat(20)}`,
    ],
  ])('refuses %s, and the command says what to set', async (_what, key) => {
    const before = whole;
    whole = { ...before, TEMPORAL_API_KEY: key() };
    const { said, ended } = start(['lanes']);
    expect(await ended).not.toBe(0);
    whole = before;
    expect(said.error).toMatch(/takes nobody without a valid API key|does not permit it/);
    expect(said.error).toContain('TEMPORAL_API_KEY');
    if (key() !== '') expect(said.error).not.toContain(key().slice(0, 60));
  });
});
