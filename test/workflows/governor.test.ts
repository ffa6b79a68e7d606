import { describe, expect } from 'vitest';

import { parseReason } from '../../src/lanes/governor/reason.ts';
import { descriptionOf } from '../../src/lanes/governor/queue-config.ts';
import { queueTypes } from '../../src/lanes/queue-types.ts';
import { laneQueue } from '../../src/workflows/ids.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { untilDone } from '../support/until.ts';

const limit = (rps: number) => ({ key: { rps, burst: 3, retryAfter: false } }) as const;

function texts(name: string, count: number): string {
  const prompts = Array.from({ length: count }, (_, index) => `    - ${name} ${index}`);
  return `version: 1\nname: ${name}\nitems:\n  - prompts:\n${prompts.join('\n')}\n`;
}

async function rateOf({ session }: Harness) {
  const { client, namespace } = session.temporal;
  const request = descriptionOf({ namespace, taskQueue: laneQueue('all') });
  const { config } = await client.workflowService.describeTaskQueue(request);
  const { rateLimit, metadata } = config?.queueRateLimit ?? {};
  return { rps: rateLimit?.requestsPerSecond ?? undefined, reason: metadata?.reason ?? '' };
}

describe.concurrent('a lane whose limit nobody knows', () => {
  test('is cut below it, and goes on after a worker has left and the limit has changed', async ({ open }) => {
    const harness = await open({
      workers: 1,
      emulator: { limits: limit(6), latency: { kind: 'fixed', ms: 200 } },
      lanes: [{ name: 'all', concurrency: 16, rps: 20, adaptive: true }],
    });
    const { submit, finish, emulator, startWorker } = harness;
    const leave = await startWorker();
    const { run } = await submit(texts('hidden', 50));
    await untilDone(async () => {
      expect(parseReason((await rateOf(harness)).reason)?.cut?.from).toBeGreaterThan(6);
    });
    emulator.update({ limits: limit(40) });
    await leave();
    expect(await finish(run)).toMatchObject({ tally: { succeeded: 50, failed: 0 } });
    const throttled = callsOf(emulator).filter(({ status }) => status === 429);
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled.length).toBeLessThan(25);
  });

  test('falls to one call at a time where the account takes no more', async ({ open }) => {
    const harness = await open({
      // So long that calls meet at half the rate as well: at a rate at which none do, nothing is to be found out.
      emulator: { limits: { inFlight: 1 }, latency: { kind: 'fixed', ms: 800 } },
      lanes: [{ name: 'all', concurrency: 8, rps: 4 }],
    });
    const { run } = await harness.submit(texts('one', 16));
    await harness.finish(run);
    expect((await rateOf(harness)).reason).toContain('one call at a time');
  });

  test('keeps the rate that a person has set', async ({ open }) => {
    const harness = await open({ lanes: [{ name: 'all', concurrency: 8, rps: 50 }] });
    const { client, namespace } = harness.session.temporal;
    await client.workflowService.updateTaskQueueConfig({
      namespace,
      taskQueue: laneQueue('all'),
      taskQueueType: queueTypes.activity,
      updateQueueRateLimit: { rateLimit: { requestsPerSecond: 30 }, reason: 'the API is ill' },
    });
    const { run } = await harness.submit(texts('mine', 20));
    await harness.finish(run);
    expect(await rateOf(harness)).toEqual({ rps: 30, reason: 'the API is ill' });
  });
});
