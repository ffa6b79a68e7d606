import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../../src/local/child.ts';
import { items, openFaultWorld, type FaultRuns, type FaultWorld } from '../support/fault-runs.ts';
import { untilEnded } from '../support/kill-run.ts';
import type { ProcessStack } from '../support/process-stack.ts';

let world: FaultWorld;
let stack: ProcessStack;
let runs: FaultRuns;
let worker: Child;

beforeAll(async () => {
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '24' };
  world = await openFaultWorld(environment, { latency: { kind: 'fixed', ms: 250 } });
  ({ stack, runs } = world);
});

afterEach(async () => {
  await worker.stop({ fast: true });
});

afterAll(async () => world?.close());

describe('a worker that is told to end in the middle of a run', { timeout: 180_000 }, () => {
  it('finishes the calls it has sent and starts no more; the next worker makes the rest, each call once', async () => {
    worker = await stack.startWorker();
    const run = await runs.submit('drained');
    await runs.untilRequests(run, 60);
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    const sent = runs.requestsOf(run);
    expect(sent).toBeLessThan(items);
    worker = await stack.startWorker();
    await untilEnded(stack, run);
    const verdict = await runs.expectWhole(run);
    expect(verdict).toMatchObject({ requests: items, attempts: { answered: items } });
  });
});
