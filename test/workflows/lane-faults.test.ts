import { describe, expect } from 'vitest';

import { descriptionOf } from '../../src/lanes/governor/queue-config.ts';
import { laneQueue } from '../../src/workflows/ids.ts';
import { callsInFlight, callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { untilDone } from '../support/until.ts';

const lanes = [{ name: 'all', concurrency: 12, rps: 20 }] as const;
const latency = { kind: 'fixed', ms: 150 } as const;

function texts(name: string, count: number): string {
  const prompts = Array.from({ length: count }, (_, index) => `    - ${name} ${index}`);
  return `version: 1\nname: ${name}\nitems:\n  - prompts:\n${prompts.join('\n')}\n`;
}

/** Why the lane has its rate, as the server keeps it. */
async function whyOf({ session }: Harness): Promise<string> {
  const { client, namespace } = session.temporal;
  const request = descriptionOf({ namespace, taskQueue: laneQueue('all') });
  const { config } = await client.workflowService.describeTaskQueue(request);
  return config?.queueRateLimit?.metadata?.reason ?? '';
}

/** Calls that were made, once none is in flight any more. */
async function settledCalls({ emulator }: Harness): Promise<number> {
  await untilDone(async () => expect(await callsInFlight(emulator)).toBe(0));
  return callsOf(emulator).length;
}

/** Seconds from one moment at which calls came in. */
function arrivals({ emulator }: Harness, from: number): readonly number[] {
  return callsOf(emulator).map(({ time }) => (Date.parse(time) - from) / 1_000);
}

describe.concurrent('a lane', () => {
  test('pauses while the API is out, lets single calls try, and fails no item for it', async ({ open }) => {
    const harness = await open({ workers: 2, lanes, emulator: { latency, faults: { '502': 1 } } });
    const { run } = await harness.submit(texts('out', 40));
    await untilDone(async () => expect(await whyOf(harness)).toMatch(/^paused for/));
    const pausedAfter = await settledCalls(harness);
    // The first call that tries finds the outage going on, and so does the pause, for longer.
    await untilDone(async () => expect(await whyOf(harness)).toMatch(/"pause":10/), 40_000);
    expect(callsOf(harness.emulator).length - pausedAfter).toBeLessThanOrEqual(2);
    harness.emulator.update({ faults: {} });
    expect(await harness.finish(run)).toMatchObject({ tally: { succeeded: 40, failed: 0 } });
    const failed = callsOf(harness.emulator).filter(({ status }) => status === 502);
    // Of 40 items that could have been tried several times each.
    expect(failed.length).toBeLessThan(60);
  }, 90_000);

  test('waits as a whole when one call is asked to wait', async ({ open }) => {
    const limits = { key: { rps: 0.1, burst: 5 } } as const;
    const harness = await open({ workers: 2, lanes, emulator: { latency, limits } });
    const { run } = await harness.submit(texts('wait', 30));
    const first = await untilDone(async () => {
      const refused = callsOf(harness.emulator).find(({ status }) => status === 429);
      if (refused === undefined) throw new Error('not yet');
      return Date.parse(refused.time);
    });
    await untilDone(async () => expect(await whyOf(harness)).toMatch(/^held for/));
    const heldAfter = (Date.now() - first) / 1_000;
    harness.emulator.update({ limits: {} });
    expect(await harness.finish(run)).toMatchObject({ tally: { succeeded: 30, failed: 0 } });
    // The other worker reads of it a second later at most, and answers take their time on a busy machine.
    const whileHeld = arrivals(harness, first).filter((at) => at > heldAfter + 1.5 && at < 9);
    expect(whileHeld).toEqual([]);
  }, 60_000);

  test('slows down at a 401 that is a throttle, and takes the key for good', async ({ open }) => {
    const limits = { key: { rps: 6, burst: 3, status: 401 } } as const;
    const harness = await open({
      workers: 2,
      lanes: [{ name: 'all', concurrency: 12, rps: 20, adaptive: true }],
      emulator: { latency, limits },
    });
    const { run } = await harness.submit(texts('refused', 40));
    await untilDone(async () => expect(await whyOf(harness)).toMatch(/after a throttle at/));
    expect(await harness.finish(run)).toMatchObject({ tally: { succeeded: 40, failed: 0 } });
  }, 60_000);
});
