import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { faultRuns } from '../support/fault-runs.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { copyProduct, type Edit } from '../support/product-copy.ts';
import { scrape } from '../support/scrape.ts';

const key = 'sk_cacheofthree00000000000000000000000';
const many = { texts: 400, images: 100 };
const few = { texts: 32, images: 8 };
/** Runs beside that of 500 items. */
const beside = 5;

/** A workflow that falls out is worked out from its history anew when it has its next step. */
const cacheOfThree: Edit = ['lanes/workers.ts', 'maxCachedWorkflows: 100', 'maxCachedWorkflows: 3'];

let emulator: Emulator;
let stack: ProcessStack;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'three', key }], latency: { kind: 'fixed', ms: 200 } });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '24' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

describe('a worker that keeps three workflows in memory while it works on many', { timeout: 240_000 }, () => {
  it('makes a run of 500 items whole, and those beside it, from their histories again and again', async () => {
    const large = faultRuns(stack, emulator, many);
    const small = faultRuns(stack, emulator, few);
    const entry = await copyProduct(join(stack.folder, 'three'), [cacheOfThree]);
    const run = await large.submit('large');
    const others = await Promise.all(
      Array.from({ length: beside }, (_, index) => small.submit(`small-${index}`)),
    );
    const { metrics } = await choosePorts({ names: ['metrics'] });
    const listen = `127.0.0.1:${metrics}`;
    const environment = {
      POLLEN_BATCH_CACHE: join(stack.folder, 'three-cache'),
      POLLEN_BATCH_METRICS: listen,
    };
    const worker = await stack.startWorker({ entry, environment });
    await untilEnded(stack, run);
    for (const other of others) await untilEnded(stack, other);

    // As the SDK counts them: what fell out of its memory, and steps that found their workflow gone.
    const seen = await scrape(listen);
    const evicted = seen.sum('temporal_sticky_cache_total_forced_eviction_total');
    const missed = seen.sum('temporal_sticky_cache_miss_total');
    console.log(`cache-of-three: ${evicted} evictions, ${missed} replays`);
    expect(evicted).toBeGreaterThan(20);
    expect(missed).toBeGreaterThan(20);

    expect(await large.expectWhole(run)).toMatchObject({ requests: many.texts + many.images });
    for (const other of others) {
      expect(await small.expectWhole(other)).toMatchObject({ requests: few.texts + few.images });
    }
    await worker.stop();
  });
});
