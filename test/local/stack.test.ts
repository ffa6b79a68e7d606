import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startStack, type Stack, type StackOptions } from '../../src/local/stack.ts';
import { prepareStore } from '../../src/storage/probe.ts';
import { createS3Store, type S3Store } from '../../src/storage/s3.ts';
import { temporaryFolder, testBinaries } from '../support/local-servers.ts';

const retentionSeconds = 30 * 24 * 60 * 60;

describe('startStack', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let options: StackOptions;

  beforeEach(async () => {
    folder = await temporaryFolder();
    const { path, cacheDir } = testBinaries('temporal');
    options = { dataDir: join(folder.path, 'data'), cacheDir, path };
  });
  afterEach(() => folder.remove());

  it('keeps workflows, objects, credentials and addresses over a stop by SIGKILL', async () => {
    const first = await startStack(options);
    const addresses = [first.temporal.address, first.store.endpoint, first.temporal.uiUrl];
    await withClient(first, async (client) => {
      await client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody' });
    });
    await withStore(first, async (store) => {
      await prepareStore(store, { prefix: '', emulated: false });
      await store.putOnce('kept.txt', 'kept', { contentType: 'text/plain' });
    });
    // Whoever wants its folder meanwhile waits.
    await first.end();
    const [second] = await Promise.all([startStack(options), first.stop({ fast: true })]);
    expect(Object.values(first.pids()).filter(isRunning)).toEqual([]);

    expect([second.temporal.address, second.store.endpoint, second.temporal.uiUrl]).toEqual(addresses);
    expect(second.store.credentials).toEqual(first.store.credentials);
    await withClient(second, async (client) => {
      expect((await client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
    });
    await withStore(second, async (store) => {
      expect(Buffer.from((await store.get('kept.txt'))?.body ?? []).toString()).toBe('kept');
    });
    await second.stop();
    expect(Object.values(second.pids()).filter(isRunning)).toEqual([]);
  });

  it('sets Temporal up with our search attributes, a month of retention, one partition a queue, and an end to the polls of workers that leave', async () => {
    const stack = await startStack(options);
    await withClient(stack, async ({ connection }) => {
      const { operatorService, workflowService } = connection;
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'default' });
      expect(Object.keys(customAttributes)).toEqual(
        expect.arrayContaining(['PollenJob', 'PollenState', 'PollenLabels', 'PollenModels', 'PollenCost']),
      );
      const { config, namespaceInfo } = await workflowService.describeNamespace({ namespace: 'default' });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(retentionSeconds);
      expect(namespaceInfo?.capabilities?.workerPollCompleteOnShutdown).toBe(true);
      const partitions = await workflowService.listTaskQueuePartitions({
        namespace: 'default',
        taskQueue: { name: 'any' },
      });
      expect(partitions.activityTaskQueuePartitions).toHaveLength(1);
    });
    expect((await fetch(stack.temporal.uiUrl)).status).toBe(200);
    expect((await stat(join(options.dataDir, 'objects', 'credentials.json'))).mode & 0o777).toBe(0o600);
    await stack.stop({ fast: true });
  });

  it('refuses a second stack on the same folder, and leaves the first one alone', async () => {
    const stack = await startStack(options);
    await expect(startStack(options)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(Object.values(stack.pids()).map(isRunning)).toEqual([true, true]);
    await stack.stop({ fast: true });
  });

  it('runs further programs, and ends them before its servers', async () => {
    const stack = await startStack(options);
    const source = `const { get } = require('node:http');
      process.on('SIGTERM', () => get('${stack.store.endpoint}', () => process.exit(5)).on('error', () => process.exit(6)));
      console.log('ready'); setInterval(() => {}, 1e6);`;
    const worker = await stack.start({
      name: 'worker',
      command: process.execPath,
      arguments: ['--eval', source],
    });
    await vi.waitFor(async () =>
      expect((await stat(join(stack.logDir, 'worker.log'))).size).toBeGreaterThan(0),
    );
    expect(stack.pids()['worker']).toBe(worker.pid);
    await stack.stop({ fast: true });
    // The store still answered when the worker was told to end.
    expect(await worker.exited).toEqual({ code: 5, signal: null });
  });

  it('leaves nothing running and no lock when one of its servers cannot start', async () => {
    const broken = { ...options, temporalBinary: process.execPath };
    await expect(startStack(broken)).rejects.toMatchObject({ code: 'binary-missing' });
    const stack = await startStack(options);
    await stack.stop({ fast: true });
  });

  it('ends with its process, however it is killed, and starts again right after', async () => {
    const pids = await startAndKill(options);
    const stack = await startStack(options);
    expect(pids.filter(isRunning)).toEqual([]);
    await stack.stop({ fast: true });
  });
});

/** Starts a stack in a process of its own, kills that, and tells the pids of the servers it leaves behind. */
async function startAndKill(options: StackOptions): Promise<readonly number[]> {
  const module = new URL('../../src/local/stack.ts', import.meta.url).href;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const code = `import { startStack } from ${JSON.stringify(module)};
    const stack = await startStack(${JSON.stringify(options)});
    console.log(JSON.stringify(Object.values(stack.pids())));
    setInterval(() => {}, 1e6);`;
  const product = spawn(process.execPath, ['--import', loader, '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(product.stdout, 'data')) as [Buffer];
  const pids = JSON.parse(line.toString()) as number[];
  expect(pids.map(isRunning)).toEqual([true, true]);
  product.kill('SIGKILL');
  await once(product, 'exit');
  return pids;
}

async function withClient(stack: Stack, use: (client: Client) => Promise<void>): Promise<void> {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    await use(new Client({ connection, namespace: stack.temporal.namespace }));
  } finally {
    await connection.close();
  }
}

async function withStore(stack: Stack, use: (store: S3Store) => Promise<void>): Promise<void> {
  const store = createS3Store({ bucket: 'stack', maxConcurrency: 4, ...stack.store });
  try {
    await use(store);
  } finally {
    store.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
