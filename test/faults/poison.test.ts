import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { keepWorker } from '../support/kept-worker.ts';
import { untilEnded } from '../support/kill-run.ts';
import { copyProduct, type Edit } from '../support/product-copy.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';

const key = 'sk_poison00000000000000000000000000000';
const others = 40;

/** A death is noticed, and a call tried again, after two seconds instead of twenty and more; five of them are enough. */
const hasty: readonly Edit[] = [
  ['workflows/page-calls.ts', "heartbeatTimeout: '20 seconds'", "heartbeatTimeout: '2 seconds'"],
  ['workflows/page-calls.ts', "maximumInterval: '60 seconds'", "maximumInterval: '1 second'"],
  ['activities/generate.ts', 'HEARTBEAT_MS = 5_000', 'HEARTBEAT_MS = 500'],
  ['activities/decide.ts', 'LOST_WORKERS = 8', 'LOST_WORKERS = 5'],
];

/** Kills its process when a request for poison is about to be sent, as a crash of the runtime would. */
const deadly = `
import { subscribe } from 'node:diagnostics_channel';
subscribe('undici:request:create', ({ request }) => {
  if (request.path.includes('poison')) process.kill(process.pid, 'SIGKILL');
});`;

let emulator: Emulator;
let stack: ProcessStack;

beforeAll(async () => {
  // Slow enough for many others to be in flight whenever the worker dies.
  emulator = await startEmulator({ keys: [{ name: 'poison', key }], latency: { kind: 'fixed', ms: 1_500 } });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '24' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

describe('an item that brings down every worker that makes it', { timeout: 300_000 }, () => {
  it('is given up in the end, and none of those that were in flight with it: they are all made', async () => {
    const [entry] = await Promise.all([
      copyProduct(join(stack.folder, 'hasty'), hasty),
      writeFile(join(stack.folder, 'deadly.mjs'), deadly),
    ]);
    const file = join(stack.folder, 'poisoned.yaml');
    const items = [
      { id: 'bad', image: 'poison' },
      ...Array.from({ length: others }, (_, index) => ({ id: `good-${index}`, image: `Meadow ${index}` })),
    ];
    const defaults = { image: { model: 'flux', width: 64, height: 48 } };
    await writeFile(file, JSON.stringify({ version: 1, name: 'poisoned', defaults, items }));
    const submitted = await stack.command('submit', file, '-o', 'json');
    expect(submitted.code, submitted.stderr).toBe(0);
    const { runId } = JSON.parse(submitted.stdout) as { readonly runId: string };
    const run = { ...stack.session.location, job: 'poisoned', runId };

    const kept = keepWorker(stack, {
      entry,
      environment: {
        NODE_OPTIONS: `--import=${pathToFileURL(join(stack.folder, 'deadly.mjs')).href}`,
        POLLEN_BATCH_CACHE: join(stack.folder, 'cache'),
      },
    });
    await untilEnded(stack, run);
    expect(await kept.stop()).toBe(5);

    const files = runFiles(stack.session.store, run);
    const failed = (await files.results()).filter(({ status }) => status !== 'succeeded');
    expect(failed).toMatchObject([{ id: 'bad', status: 'failed', fault: { code: 'lost-worker' } }]);
    expect((await files.marker())?.tally).toMatchObject({ succeeded: others, failed: 1 });
    expect((await verifyRun(stack.session.store, run)).findings).toEqual([]);
  });
});
