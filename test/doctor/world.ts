import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { msToTs } from '@temporalio/common/lib/time.js';
import { expect, vi } from 'vitest';

import { doctor } from '../../src/commands/doctor.ts';
import { examineConfig } from '../../src/config.ts';
import type { Check } from '../../src/doctor/check.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { parseConfigFile } from '../../src/settings/config-file.ts';
import { createS3Store } from '../../src/storage/s3.ts';
import { formatReason } from '../../src/lanes/governor/reason.ts';
import { initialState } from '../../src/lanes/governor/state.ts';
import { laneQueue } from '../../src/workflows/ids.ts';
import { reply, startServer } from '../pollinations/server.ts';
import { refuse, startFakeS3, type Answer } from '../storage/fake-s3.ts';
import { startTestStore, type TestStore } from '../support/local-servers.ts';
import { startPlainTemporal, type PlainTemporal } from '../support/plain-temporal.ts';
import { makeCertificates, type Certificates } from '../support/tls-front.ts';
import { untilDone } from '../support/until.ts';

export type Variables = Readonly<Record<string, string>>;

/** The key of the API, which a diagnosis must never show. */
export const KEY = 'sk_canary0123456789abcdef012345678';

/** Real servers, and the means to break what stands on them. */
export interface World {
  readonly emulator: Emulator;
  readonly temporal: PlainTemporal;
  readonly certificates: Certificates;
  readonly folder: string;
  /** Settings of an installation that has everything but a worker and the search attributes. */
  readonly whole: () => Variables;
  /** Diagnoses under these variables, and a configuration file of this text. */
  readonly diagnose: (variables: Variables, file?: string) => Promise<readonly Check[]>;
  /** Has something done when the test is over. */
  readonly closing: (close: () => unknown) => void;
  readonly keep: <Server extends AsyncDisposable>(starting: Promise<Server>) => Promise<Server>;
  readonly fakeStore: (answer: Answer) => Promise<Variables>;
  /** An API of today's form with these text models. */
  readonly apiServer: (models: object, headers?: Variables) => Promise<Variables>;
  /** A new namespace with these search attributes, by the numbers of their types. */
  readonly inNamespace: (searchAttributes: Readonly<Record<string, number>>) => Promise<Variables>;
  readonly setRate: (namespace: string, perSecond: number) => Promise<void>;
  /** A server that takes connections and says nothing. */
  readonly blackHole: () => Promise<string>;
  readonly endTest: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Starts it. */
export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'pollen-batch-test-'));
  const [emulator, temporal, store, certificates] = await Promise.all([
    startEmulator({ era: 'v1', keys: [{ name: 'canary', key: KEY, account: true }] }),
    startPlainTemporal(),
    startTestStore(),
    makeCertificates(),
  ]);
  await makeBucket(store);
  const closes: (() => unknown)[] = [];
  const keep: World['keep'] = async (starting) => {
    const server = await starting;
    closes.push(() => server[Symbol.asyncDispose]());
    return server;
  };
  return {
    emulator,
    temporal,
    certificates,
    folder,
    diagnose,
    keep,
    closing: (close) => void closes.push(close),
    whole: () => ({
      POLLINATIONS_API_KEY: KEY,
      POLLINATIONS_BASE_URL: emulator.url,
      TEMPORAL_ADDRESS: temporal.address,
      S3_BUCKET: 'bees',
      S3_ENDPOINT: store.endpoint,
      AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
      POLLEN_BATCH_DATA: join(folder, 'data'),
      POLLEN_BATCH_CACHE: join(folder, 'cache'),
    }),
    fakeStore: async (answer) => {
      const fake = await startFakeS3(answer);
      closes.push(() => fake.close());
      return { S3_ENDPOINT: fake.endpoint };
    },
    apiServer: async (models, headers = {}) => {
      const answers: Readonly<Record<string, RequestListener>> = {
        '/text/models': reply(200, models, headers),
        '/image/models': reply(200, [], headers),
      };
      const missing = reply(404, { error: { code: 'NOT_FOUND', message: 'no' } }, headers);
      const server = await keep(
        startServer((request, response) => (answers[request.url ?? ''] ?? missing)(request, response)),
      );
      return { POLLINATIONS_BASE_URL: server.url };
    },
    inNamespace: (searchAttributes) => createNamespace(temporal, searchAttributes),
    setRate: async (namespace, requestsPerSecond) => {
      await temporal.connection.workflowService.updateTaskQueueConfig({
        namespace,
        identity: 'test',
        taskQueue: laneQueue('all'),
        taskQueueType: 2,
        updateQueueRateLimit: {
          rateLimit: { requestsPerSecond },
          reason:
            requestsPerSecond === 0
              ? 'maintenance'
              : formatReason(initialState({ rps: requestsPerSecond, adaptive: false })),
        },
      });
    },
    blackHole: async () => {
      const server = createServer((socket) => {
        closes.push(() => socket.destroy());
        socket.on('error', () => undefined);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closes.push(() => server.close());
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    endTest: async () => {
      vi.unstubAllEnvs();
      for (const close of closes.splice(0).reverse()) await close();
    },
    end: async () => {
      await emulator.close();
      await temporal[Symbol.asyncDispose]();
      await store.stop();
      await certificates[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A store that keeps one object, with a change to some of its answers. */
export function objectStore(change: {
  readonly conditions?: boolean;
  readonly refused?: RegExp;
  readonly date?: Date;
}): Answer {
  let kept: Buffer = Buffer.alloc(0);
  return (request, response, body) => {
    const url = request.url ?? '';
    if (change.date !== undefined) response.setHeader('date', change.date.toUTCString());
    if (change.refused?.test(`${request.method} ${url}`) === true) {
      refuse(response, 403, 'AccessDenied');
    } else if (request.method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && change.conditions !== false) {
        refuse(response, 412, 'PreconditionFailed');
        return;
      }
      kept = body;
      response.writeHead(200, { etag: '"any"' }).end();
    } else if (url.includes('list-type')) {
      const entry = '<Contents><Key>runs/_probe</Key><Size>1</Size></Contents>';
      response.writeHead(200).end(`<ListBucketResult>${entry}</ListBucketResult>`);
    } else response.writeHead(200, { etag: '"any"' }).end(kept);
  };
}

async function diagnose(variables: Variables, fileText?: string): Promise<readonly Check[]> {
  const theirs = Object.keys(process.env).filter((name) => /^(?:TEMPORAL|AWS)_/.test(name));
  for (const name of theirs) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const file = fileText === undefined ? undefined : parseConfigFile(fileText, 'pollen-batch.yaml');
  const checks = await doctor(examineConfig(variables, file));
  expect(JSON.stringify(checks)).not.toContain('canary0123');
  for (const { state, remedy } of checks) if (state === 'failed') expect(remedy).toMatch(/\w/);
  return checks;
}

async function makeBucket({ endpoint, region, credentials }: TestStore): Promise<void> {
  const client = createS3Store({ bucket: 'bees', endpoint, region, credentials, maxConcurrency: 1 });
  await client.createBucket();
  client.close();
}

async function createNamespace(
  { connection }: PlainTemporal,
  searchAttributes: Readonly<Record<string, number>>,
): Promise<Variables> {
  const namespace = `n${Math.random().toString(36).slice(2)}`;
  const { workflowService, operatorService } = connection;
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const add = Object.keys(searchAttributes).length > 0;
  await untilDone(() => operatorService.listSearchAttributes({ namespace }));
  if (add) await untilDone(() => operatorService.addSearchAttributes({ namespace, searchAttributes }));
  return { TEMPORAL_NAMESPACE: namespace };
}
