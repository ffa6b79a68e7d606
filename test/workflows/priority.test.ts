import { describe, expect } from 'vitest';

import { queueTypes } from '../../src/lanes/queue-types.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { laneQueue, pageWorkflowId } from '../../src/workflows/ids.ts';
import type { Harness } from '../support/harness.ts';
import { eventsOf, type HistoryEvent } from '../support/histories.ts';
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

/** Jobs of the calls, in the order in which the server gave them out: a busy worker sends those that it has in another one. */
async function order({ client }: Harness, runs: readonly RunLocation[]): Promise<readonly string[]> {
  const starts = runs.map(async ({ job, runId }) => {
    const history = await client.workflow.getHandle(pageWorkflowId(runId, 0)).fetchHistory();
    const events = eventsOf(history);
    const calls = new Set(events.filter(isCall).map(({ eventId }) => String(eventId)));
    return events
      .filter(({ activityTaskStartedEventAttributes: started }) =>
        calls.has(String(started?.scheduledEventId)),
      )
      .map(({ eventTime }) => ({ job, at: nanoseconds(eventTime) }));
  });
  const calls = (await Promise.all(starts)).flat();
  return calls.sort((left, right) => Number(left.at - right.at)).map(({ job }) => job);
}

function isCall({ activityTaskScheduledEventAttributes: asked }: HistoryEvent): boolean {
  return asked?.activityType?.name === 'generateText';
}

function nanoseconds(time: HistoryEvent['eventTime']): bigint {
  return BigInt(String(time?.seconds ?? 0)) * 1_000_000_000n + BigInt(time?.nanos ?? 0);
}

describe.concurrent('jobs that wait for the same lane', () => {
  test('have their turns, however many calls one of them has waiting', async ({ open }) => {
    const harness = await open({ lanes });
    await setRate(harness, 0);
    const big = await enqueue(harness, texts('big', 100), 100);
    const small = await enqueue(harness, texts('small', 6), 106);
    await setRate(harness, 15);
    await Promise.all([harness.finish(big), harness.finish(small)]);
    const made = await order(harness, [big, small]);
    expect(made.lastIndexOf('small')).toBeLessThan(40);
  });

  test('have shares by priority, and even a low one gets on', async ({ open }) => {
    const harness = await open({ lanes });
    await setRate(harness, 0);
    const low = await enqueue(harness, texts('low', 60, 'priority: low\n'), 60);
    const high = await enqueue(harness, texts('high', 60, 'priority: high\n'), 120);
    await setRate(harness, 15);
    await Promise.all([harness.finish(low), harness.finish(high)]);
    const made = await order(harness, [low, high]);
    // Not all before the last high one: a single call that is given out late would count for many.
    const lowAmongFirst = made.slice(0, 50).filter((name) => name === 'low').length;
    expect(lowAmongFirst).toBeGreaterThan(0);
    // By turns it would be 25, in the order of asking 50, by weights of 16 to 1 about 3.
    expect(lowAmongFirst).toBeLessThan(10);
  });

  test('give way to an urgent one', async ({ open }) => {
    const harness = await open({ lanes });
    await setRate(harness, 0);
    const high = await enqueue(harness, texts('high', 50, 'priority: high\n'), 50);
    const urgent = await enqueue(harness, texts('urgent', 12, 'priority: urgent\n'), 62);
    await setRate(harness, 15);
    await Promise.all([harness.finish(high), harness.finish(urgent)]);
    // By shares it would be among the last, near 60.
    expect((await order(harness, [high, urgent])).lastIndexOf('urgent')).toBeLessThan(42);
  });
});
