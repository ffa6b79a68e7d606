import { describe, expect } from 'vitest';

import { queueTypes } from '../../src/lanes/queue-types.ts';
import { laneQueue } from '../../src/workflows/ids.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { untilDone } from '../support/until.ts';

const lanes = [{ name: 'all', concurrency: 128, rps: 10 }] as const;
const queue = { taskQueue: laneQueue('all'), taskQueueType: queueTypes.activity };

function texts(name: string, count: number, head = ''): string {
  const prompts = Array.from({ length: count }, (_, index) => `    - ${name} ${index}`);
  return `version: 1\nname: ${name}\n${head}items:\n  - prompts:\n${prompts.join('\n')}\n`;
}

async function setRate({ session }: Harness, rps: number): Promise<void> {
  const { client, namespace } = session.temporal;
  await client.workflowService.updateTaskQueueConfig({
    ...queue,
    namespace,
    updateQueueRateLimit: { rateLimit: { requestsPerSecond: rps }, reason: 'one after the other' },
  });
}

/** Submits a job to a lane that stands still, and waits until its calls stand in line. */
async function enqueue(harness: Harness, yaml: string, calls: number) {
  const { run } = await harness.submit(yaml);
  const { client, namespace } = harness.session.temporal;
  await untilDone(async () => {
    const { stats } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue.taskQueue },
      taskQueueType: queue.taskQueueType,
      reportStats: true,
    });
    expect(Number(stats?.approximateBacklogCount)).toBeGreaterThanOrEqual(calls);
  });
  return run;
}

/** Jobs of the calls, in the order in which they were made. */
function order({ emulator }: Harness, names: readonly string[]): readonly string[] {
  return callsOf(emulator).map(({ body = '' }) => names.find((name) => body.includes(`"${name} `)) ?? '');
}

describe.concurrent('jobs that wait for the same lane', () => {
  test('have their turns, however many calls one of them has waiting', async ({ open }) => {
    const harness = await open({ lanes });
    await setRate(harness, 0);
    const big = await enqueue(harness, texts('big', 100), 100);
    const small = await enqueue(harness, texts('small', 6), 106);
    await setRate(harness, 15);
    await Promise.all([harness.finish(big), harness.finish(small)]);
    const made = order(harness, ['big', 'small']);
    expect(made.lastIndexOf('small')).toBeLessThan(40);
  });

  test('have shares by priority, and even a low one gets on', async ({ open }) => {
    const harness = await open({ lanes });
    await setRate(harness, 0);
    const low = await enqueue(harness, texts('low', 60, 'priority: low\n'), 60);
    const high = await enqueue(harness, texts('high', 60, 'priority: high\n'), 120);
    await setRate(harness, 15);
    await Promise.all([harness.finish(low), harness.finish(high)]);
    const made = order(harness, ['low', 'high']);
    const lowBeside = made.slice(0, made.lastIndexOf('high')).filter((name) => name === 'low').length;
    expect(lowBeside).toBeGreaterThan(0);
    // By turns it would be about 58. Those that start together may come in any order: more of them where the machine is busy.
    expect(lowBeside).toBeLessThan(45);
  });

  test('give way to an urgent one', async ({ open }) => {
    const harness = await open({ lanes });
    await setRate(harness, 0);
    const high = await enqueue(harness, texts('high', 50, 'priority: high\n'), 50);
    const urgent = await enqueue(harness, texts('urgent', 12, 'priority: urgent\n'), 62);
    await setRate(harness, 15);
    await Promise.all([harness.finish(high), harness.finish(urgent)]);
    // By shares it would be among the last, near 60.
    expect(order(harness, ['high', 'urgent']).lastIndexOf('urgent')).toBeLessThan(42);
  });
});
