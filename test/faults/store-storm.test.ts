import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { startFaultProxy, type FaultProxy } from '../nemesis/links/fault-proxy.ts';
import { faultRuns, type FaultRuns } from '../support/fault-runs.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { seededRandom } from '../support/seeded-random.ts';

const key = 'sk_storestorm000000000000000000000';
const size = { texts: 900, images: 100 };
const kills = 10;
const outageMs = 30_000;
const refusedMs = 4_000;
/** Requests between two faults, so that each finds answers to be stored. */
const between = 25;

const refusals = [
  [403, 'AccessDenied'],
  [503, 'SlowDown'],
  // What MinIO says first when its disk is full.
  [400, 'IncompleteBody'],
  [507, 'XMinioStorageFull'],
] as const;

let emulator: Emulator;
let stack: ProcessStack;
let link: FaultProxy;
let runs: FaultRuns;
let run: RunLocation;
/** How often each refusal was given. */
const refused: number[] = [];

/** Waits until the run has got on, after whatever has stopped it. */
async function goOn(): Promise<void> {
  await runs.untilRequests(run, runs.requestsOf(run) + between);
}

beforeAll(async () => {
  // Without a cache an answer that is lost is generated, and paid for, again.
  emulator = await startEmulator({
    keys: [{ name: 'storm', key }],
    cacheMode: 'none',
    latency: { kind: 'lognormal', medianMs: 200, sigma: 0.5 },
  });
  stack = await startProcessStack({
    api: emulator.url,
    key,
    environment: {
      POLLINATIONS_CACHE: 'none',
      POLLEN_BATCH_RPS: '25',
      POLLEN_BATCH_CONCURRENCY: '24',
    },
    async seenAs(addresses) {
      link = await startFaultProxy({ port: Number(new URL(addresses.store.endpoint).port) });
      return { ...addresses, store: { ...addresses.store, endpoint: `http://127.0.0.1:${link.port}` } };
    },
  });
  runs = faultRuns(stack, emulator, size);
  const random = seededRandom(10);
  const worker = await stack.startWorker();
  run = await runs.submit('storm');
  for (let kill = 0; kill < kills; kill += 1) {
    await goOn();
    await stack.store.killAndRestart(() => pause(random() * 2_000));
  }
  for (const [status, code] of refusals) {
    await goOn();
    const before = link.struck();
    const body = `<Error><Code>${code}</Code></Error>`;
    link.set({ kind: 'answer', status, type: 'application/xml', body });
    await pause(refusedMs);
    link.set(undefined);
    refused.push(link.struck() - before);
    // Whoever gave the right back says so; the rest is found out by the run itself.
    if (status === 403) await stack.command('resume', run.runId);
  }
  await goOn();
  await stack.store.killAndRestart(() => pause(outageMs));
  await untilEnded(stack, run);
  await worker.stop();
}, 420_000);

afterAll(async () => {
  await stack?.stop();
  await link?.[Symbol.asyncDispose]();
  await emulator?.close();
});

describe('a store that is killed ten times, away for half a minute, closed, slow and full in the middle of a run', () => {
  it('refused what it was given each time', () => {
    expect(refused.map((count) => count > 0)).toEqual(refusals.map(() => true));
  });

  it('loses nothing, and nothing is generated a second time where no cache would help', async () => {
    const items = size.texts + size.images;
    expect(await runs.expectWhole(run)).toMatchObject({ requests: items, attempts: { answered: items } });
    expect(emulator.meter().generations).toBe(items);
  });
});
