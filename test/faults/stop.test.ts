import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { Child } from '../../src/local/child.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { writeSampleJob } from '../support/sample-job.ts';
import { judgeRun, type Verdict } from '../support/witness.ts';

const key = 'sk_stop000000000000000000000000000000';
const items = 300;

let emulator: Emulator;
let stack: ProcessStack;
let worker: Child;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'stop', key }], latency: { kind: 'fixed', ms: 250 } });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '24' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
});

afterEach(async () => {
  await worker.stop({ fast: true });
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

async function submit(name: string): Promise<RunLocation> {
  const file = await writeSampleJob(stack.folder, { name, texts: 240, images: 60 });
  const { code, stdout, stderr } = await stack.command('submit', file, '-o', 'json');
  expect(code, stderr).toBe(0);
  const { runId } = JSON.parse(stdout) as { readonly runId: string };
  return { ...stack.session.location, job: name, runId };
}

function requestsOf(run: RunLocation): number {
  return emulator.journal().filter(({ requestId }) => requestId.startsWith(`${run.runId}-`)).length;
}

async function untilRequests(run: RunLocation, count: number): Promise<void> {
  await expect.poll(() => requestsOf(run), { timeout: 30_000, interval: 10 }).toBeGreaterThanOrEqual(count);
}

function judge(run: RunLocation): Promise<Verdict> {
  return judgeRun(stack.session.store, run, emulator.journal());
}

function expectWhole(verdict: Verdict): void {
  expect(verdict).toMatchObject({
    state: 'completed',
    succeeded: items,
    lostOrDoubled: [],
    wrongBytes: [],
    wrongCosts: [],
    unknownCharges: 0,
    billed: verdict.metered,
    reported: verdict.metered,
  });
}

describe('a worker that is told to end in the middle of a run', () => {
  it('finishes the calls it has sent and starts no more; the next worker makes the rest, each call once', async () => {
    worker = await stack.startWorker();
    const run = await submit('drained');
    await untilRequests(run, 60);
    expect(await worker.stop()).toEqual({ code: 0, signal: null });
    const sent = requestsOf(run);
    expect(sent).toBeLessThan(items);
    worker = await stack.startWorker();
    await untilEnded(stack, run);
    const verdict = await judge(run);
    expectWhole(verdict);
    expect(verdict).toMatchObject({ requests: items, attempts: { answered: items } });
  });
});

describe('a run under which a server dies', () => {
  it('ends whole and exactly billed after Temporal was killed and came back', async () => {
    worker = await stack.startWorker();
    const run = await submit('temporal-killed');
    await untilRequests(run, 60);
    await stack.temporal.killAndRestart();
    await untilEnded(stack, run);
    expectWhole(await judge(run));
  });

  it('ends whole and exactly billed after the object store was killed and came back', async () => {
    worker = await stack.startWorker();
    const run = await submit('store-killed');
    await untilRequests(run, 60);
    await stack.store.killAndRestart();
    await untilEnded(stack, run);
    expectWhole(await judge(run));
  });
});
