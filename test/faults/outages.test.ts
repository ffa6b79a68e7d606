import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Child } from '../../src/local/child.ts';
import { items, openFaultWorld, untilSaid, type FaultRuns, type FaultWorld } from '../support/fault-runs.ts';
import type { ProcessStack, RunningCommand } from '../support/process-stack.ts';

/** Longer than the heartbeat timeout of a call, which is 20 s. */
const asleepMs = 23_000;

let world: FaultWorld;
let stack: ProcessStack;
let runs: FaultRuns;
let worker: Child;

beforeAll(async () => {
  const environment = { POLLEN_BATCH_RPS: '15', POLLEN_BATCH_CONCURRENCY: '24' };
  world = await openFaultWorld(environment, { latency: { kind: 'fixed', ms: 250 } });
  ({ stack, runs } = world);
});

afterEach(async () => {
  await worker.stop({ fast: true });
});

afterAll(async () => world?.close());

/** Lines of counts, as `12/150 · …`, that a watching command has said. */
function countsIn(said: string): readonly number[] {
  return [...said.matchAll(/^(\d+)\/\d+ · /gm)].map((match) => Number(match[1]));
}

async function expectRecovered(command: RunningCommand, words: string): Promise<void> {
  const { code, stdout, stderr } = await command.ended;
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'completed' });
  const [before = '', after = '', ...more] = stderr.split(words);
  expect(more, 'said once').toEqual([]);
  // It told counts before and after.
  expect(Math.max(0, ...countsIn(after))).toBeGreaterThan(Math.max(0, ...countsIn(before)));
}

describe('a run that somebody watches', { timeout: 180_000 }, () => {
  it('goes on after Temporal was killed and came back: the view says so once, recovers, and exits with 0', async () => {
    worker = await stack.startWorker();
    const { run, command } = await runs.submitAndWatch('temporal-away');
    await untilSaid(command, /^[1-9]\d*\/150 · /m);
    const silence = 'The run does not answer: Temporal does not answer';
    await stack.temporal.killAndRestart(() => untilSaid(command, silence));
    await expectRecovered(command, silence);
    await runs.expectWhole(run);
  });

  it('goes on after the object store was killed and came back, and nothing is lost', async () => {
    worker = await stack.startWorker();
    const { run, command } = await runs.submitAndWatch('store-away');
    await untilSaid(command, /^[1-9]\d*\/150 · /m);
    await stack.store.killAndRestart(() =>
      untilSaid(command, /paused: store since .* \(store-unavailable\)/),
    );
    const { code, stderr } = await command.ended;
    expect(code, stderr).toBe(0);
    // What was generated meanwhile was held: nothing was asked for twice.
    expect(await runs.expectWhole(run)).toMatchObject({ requests: items });
  });

  it('goes on when the whole machine was asleep for longer than calls may be silent', async () => {
    worker = await stack.startWorker();
    const { run, command } = await runs.submitAndWatch('asleep');
    await untilSaid(command, /^[1-9]\d*\/150 · /m);
    const machine = [command.pid, worker.pid, stack.temporal.pid(), stack.store.pid()];
    // The API is elsewhere: it is awake, and answers those who sleep.
    for (const pid of machine) process.kill(pid, 'SIGSTOP');
    const before = runs.requestsOf(run);
    await pause(asleepMs);
    expect(runs.requestsOf(run)).toBeLessThan(before + 24);
    for (const pid of machine.reverse()) process.kill(pid, 'SIGCONT');
    const { code, stderr } = await command.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('150 succeeded');
    await runs.expectWhole(run);
  });
});
