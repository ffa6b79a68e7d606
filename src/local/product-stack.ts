import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { removeAddresses, writeAddresses, type StackAddresses } from './address-file.ts';
import { holder } from './holder.ts';
import { choosePorts } from './ports.ts';
import { untilReady } from './ready.ts';
import { checkMetricsPorts, metricsAddresses } from './worker-metrics.ts';
import { startStack, type Stack, type StackOptions } from './stack.ts';
import type { Child, StopOptions } from './child.ts';

/** Bucket of the local stack. */
const BUCKET = 'pollen-batch';
/** Longer than the minute in which a worker lets its calls finish. */
const WORKER_GRACE_MS = 70_000;

export interface ProductStackOptions extends StackOptions {
  /** Environment of the programs; the stack's own addresses go over it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Key for the emulator, when the stack shall run one instead of calling the API. */
  readonly emulatorKey?: string;
  /** Worker processes. @default 1 */
  readonly workers?: number;
  /** Where the first worker serves its metrics; each further one does at the next port. @default nowhere */
  readonly metrics?: string;
}

export interface ProductStack {
  readonly addresses: StackAddresses;
  readonly logDir: string;
  /** Where its workers serve their metrics, in their order. */
  readonly metrics: readonly string[];
  pids(): Readonly<Record<string, number>>;
  /** Resolves with the name of the first program that ends by itself; of several workers with that of the last one. */
  readonly broken: Promise<string>;
  stop(options?: StopOptions): Promise<void>;
}

/** Starts everything that the product needs on one machine: Temporal, an object store, the emulator if wanted, a worker. */
export async function startProductStack(options: ProductStackOptions): Promise<ProductStack> {
  const { workers: count = 1, onProgress = () => {} } = options;
  const metrics = options.metrics === undefined ? [] : metricsAddresses(options.metrics, count);
  const stack = await startStack(options);
  try {
    // A stack that was ending has them until now.
    await checkMetricsPorts(metrics);
    const emulator = options.emulatorKey === undefined ? undefined : await startEmulator(stack, options);
    const { foldersUrl } = stack.store;
    const addresses: StackAddresses = {
      holder: await holder('pollen-batch', process.pid),
      temporal: { address: stack.temporal.address, uiUrl: stack.temporal.uiUrl },
      store: {
        endpoint: stack.store.endpoint,
        region: stack.store.region,
        bucket: BUCKET,
        credentials: stack.store.credentials,
        ...(foldersUrl === undefined ? {} : { publicUrl: `${foldersUrl}/${BUCKET}` }),
      },
      ...(emulator === undefined ? {} : { emulator: emulator.url }),
    };
    const profile = await writeProfile(options.dataDir);
    const workers: Child[] = [];
    // One after the other: each is noted in the folder's lock.
    for (let number = 1; number <= count; number += 1) {
      const worker = await stack.start({
        name: number === 1 ? 'worker' : `worker-${number}`,
        ...program('worker'),
        environment: definedOnly({
          ...ownEnvironment(options.environment),
          ...workerEnvironment(addresses, options.emulatorKey),
          TEMPORAL_CONFIG_FILE: profile,
          POLLEN_BATCH_METRICS: metrics[number - 1],
        }),
        graceMs: WORKER_GRACE_MS,
      });
      workers.push(worker);
    }
    await writeAddresses(options.dataDir, addresses);
    const children = [
      stack.temporal.child,
      stack.store.child,
      ...(emulator === undefined ? [] : [emulator.child]),
    ];
    let isStopping = false;
    return {
      addresses,
      logDir: stack.logDir,
      metrics,
      pids: () => stack.pids(),
      broken: Promise.race([
        ...children.map(async (child) => (await child.exited, child.name)),
        lastOf(workers, (sentence) => {
          if (!isStopping) onProgress(sentence);
        }),
      ]),
      async stop(stopOptions) {
        isStopping = true;
        await stack.end();
        await removeAddresses(options.dataDir);
        // Together, as each may take a minute, and who waits for the folder does so for one and a half.
        await Promise.all(workers.map((worker) => worker.stop()));
        await stack.stop(stopOptions);
      },
    };
  } catch (error) {
    await stack.stop({ fast: true });
    throw error;
  }
}

// The others take over what a worker had.
async function lastOf(workers: readonly Child[], say: (sentence: string) => void): Promise<string> {
  let left = workers.length;
  let last = '';
  await Promise.all(
    workers.map(async ({ exited, name }) => {
      await exited;
      last = name;
      left -= 1;
      if (left > 0) say(`${name} has ended; ${left} left`);
    }),
  );
  return last;
}

/** The settings by which a worker finds the stack. */
export function workerEnvironment(addresses: StackAddresses, emulatorKey?: string): Record<string, string> {
  const { temporal, store, emulator } = addresses;
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'default',
    S3_ENDPOINT: store.endpoint,
    S3_REGION: store.region,
    S3_BUCKET: store.bucket,
    // As the commands take them to be, whatever a file of the working directory says.
    S3_PREFIX: 'runs',
    S3_FORCE_PATH_STYLE: 'true',
    AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
    ...(store.publicUrl === undefined ? {} : { S3_PUBLIC_ENDPOINT: store.publicUrl }),
    ...(emulator === undefined ? {} : { POLLINATIONS_BASE_URL: emulator, POLLINATIONS_CACHE: 'exact' }),
    ...(emulatorKey === undefined ? {} : { POLLINATIONS_API_KEY: emulatorKey }),
  };
}

// A profile without settings: the person's own may hold another server's namespace and keys.
async function writeProfile(dataDir: string): Promise<string> {
  const file = join(dataDir, 'temporal.toml');
  await writeFile(file, '[profile.default]\n');
  return file;
}

async function startEmulator(stack: Stack, options: ProductStackOptions) {
  const { emulator: port } = await choosePorts({ names: ['emulator'], file: stack.portsFile });
  const url = `http://127.0.0.1:${port}`;
  const child = await stack.start({
    name: 'emulator',
    ...program('emulator', '--port', String(port), '--journal', `${options.dataDir}/emulator.jsonl`),
    environment: definedOnly(options.environment),
  });
  await untilReady({
    child,
    timeoutMs: 30_000,
    check: async () => {
      const answer = await fetch(`${url}/text/models`);
      await answer.arrayBuffer();
    },
  });
  return { url, child };
}

function program(...parameters: string[]): {
  readonly command: string;
  readonly arguments: readonly string[];
} {
  const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));
  return { command: process.execPath, arguments: [entry, ...parameters] };
}

// What a person has set up for other servers must not reach the stack's own.
function ownEnvironment(environment: ProductStackOptions['environment']): ProductStackOptions['environment'] {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(AWS|S3|TEMPORAL)_/.test(name)),
  );
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
