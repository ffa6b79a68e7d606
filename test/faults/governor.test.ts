import { describe, expect, it } from 'vitest';

import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts';
import { parseReason } from '../../src/lanes/governor/reason.ts';
import { queueTypes } from '../../src/lanes/queue-types.ts';
import type { LaneState } from '../../src/lanes/governor/state.ts';
import { laneQueue } from '../../src/workflows/ids.ts';
import { callsOf } from '../support/calls.ts';
import { faultRuns } from '../support/fault-runs.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack, type ProcessStackOptions } from '../support/process-stack.ts';
import { writeSampleJob } from '../support/sample-job.ts';
import { untilDone } from '../support/until.ts';

const key = 'sk_governor00000000000000000000000';
/** The heartbeat timeout of a call. */
const heartbeatSeconds = 20;

interface Governed extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly stack: ProcessStack;
}

async function open(
  options: Omit<EmulatorOptions, 'keys'>,
  lane: object,
  expected: Pick<ProcessStackOptions, 'unfinished'> = {},
): Promise<Governed> {
  const emulator = await startEmulator({ ...options, keys: [{ name: 'governor', key }] });
  const environment = { POLLEN_BATCH_LANES: JSON.stringify({ all: lane }) };
  const stack = await startProcessStack({ api: emulator.url, key, environment, ...expected });
  return {
    emulator,
    stack,
    async [Symbol.asyncDispose]() {
      await stack.stop();
      await emulator.close();
    },
  };
}

async function laneState({ stack }: Governed): Promise<LaneState | undefined> {
  const { client, namespace } = stack.session.temporal;
  const { config } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: laneQueue('all') },
    taskQueueType: queueTypes.activity,
    reportConfig: true,
  });
  return parseReason(config?.queueRateLimit?.metadata?.reason ?? '');
}

/** The longest time in seconds in which no call came in. */
function longestPause({ emulator }: Governed, from: number): number {
  const times = callsOf(emulator)
    .map(({ time }) => Date.parse(time))
    .filter((time) => time >= from);
  return Math.max(0, ...times.map((time, index) => (time - (times[index - 1] ?? from)) / 1_000));
}

// Most of it is waiting for what a lost worker had.
describe.concurrent('two worker processes that govern a lane', () => {
  it('keep to what they have found out when one of them is killed, and pause for no longer than a lost call', async () => {
    const limits = { key: { rps: 8, burst: 6 } };
    await using governed = await open(
      { limits, latency: { kind: 'fixed', ms: 300 } },
      { rps: 25, adaptive: true, concurrency: 32 },
    );
    const { emulator, stack } = governed;
    const [first] = await Promise.all([stack.startWorker(), stack.startWorker()]);
    const runs = faultRuns(stack, emulator);
    const run = await runs.submit('governed');
    await untilDone(async () => expect((await laneState(governed))?.cut?.from).toBeGreaterThan(8), 60_000);
    await runs.untilRequests(run, 80);

    const killedAt = Date.now();
    await first.stop({ fast: true });
    const lanes = await stack.command('lanes');
    expect(lanes.stdout).toMatch(/^all .* throttle at/m);
    expect(lanes.stdout).toContain(run.runId);

    await untilEnded(stack, run);
    await runs.expectWhole(run);
    expect(longestPause(governed, killedAt)).toBeLessThan(heartbeatSeconds + 5);
    const late = callsOf(emulator).filter(({ time }) => Date.parse(time) >= killedAt);
    expect(late.filter(({ status }) => status === 429).length).toBeLessThan(late.length * 0.2);
  }, 180_000);

  it('pass the one slot of an account on when the worker that has it is killed', async () => {
    // So long that calls meet at half the rate as well: at a rate at which none do, nothing is to be found out.
    await using governed = await open(
      { limits: { inFlight: 1 }, latency: { kind: 'fixed', ms: 800 } },
      { rps: 4, concurrency: 8 },
      { unfinished: 'the job is longer than what is looked at' },
    );
    const { emulator, stack } = governed;
    const workers = await Promise.all([stack.startWorker(), stack.startWorker()]);
    const file = await writeSampleJob(stack.folder, { name: 'one', texts: 400, images: 0 });
    expect((await stack.command('submit', file)).code).toBe(0);
    const held = await untilDone(async () => {
      const by = (await laneState(governed))?.oneSlot?.by ?? '';
      expect(by).not.toBe('');
      return by;
    }, 90_000);
    const owner = workers.find(({ pid }) => held.startsWith(`${pid}@`));
    expect(owner).toBeDefined();
    await owner?.stop({ fast: true });
    const killedAt = Date.now();
    const calls = callsOf(emulator).length;
    await untilDone(async () => {
      const by = (await laneState(governed))?.oneSlot?.by ?? held;
      expect(by).not.toBe(held);
      expect(callsOf(emulator).length).toBeGreaterThan(calls + 5);
    }, 60_000);
    expect(longestPause(governed, killedAt)).toBeLessThan(30);
  }, 240_000);
});
