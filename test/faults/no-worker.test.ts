import { writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { runWorkflowId } from '../../src/workflows/ids.ts';
import { openFaultWorld, untilSaid, type FaultRuns, type FaultWorld } from '../support/fault-runs.ts';
import { forgetRun } from '../support/forget-run.ts';
import type { ProcessStack } from '../support/process-stack.ts';
import { sampleJob, writeSampleJob } from '../support/sample-job.ts';

const MISSING = 'Warning: No worker takes runs in namespace default. Start `pollen-batch worker`';
const SILENT = 'The run does not answer: no worker answers';
const LIMIT_MS = 5_000;

let world: FaultWorld;
let stack: ProcessStack;
let runs: FaultRuns;

beforeAll(async () => {
  world = await openFaultWorld({ POLLEN_BATCH_RPS: '3' }, {}, 'nobody is there to end some of them');
  ({ stack, runs } = world);
});

afterAll(async () => world?.close());

describe('without a worker', { timeout: 300_000 }, () => {
  it('who waits for a run, follows its log or runs it is told so, and what --quiet leaves is how it ends', async () => {
    const { runId } = await runs.submit('alone');
    const file = await writeSampleJob(stack.folder, { name: 'run-alone', texts: 1, images: 0 });
    for (const parameters of [
      ['logs', runId, '-f'],
      ['run', file],
    ]) {
      const command = await stack.begin(...parameters);
      await untilSaid(command, MISSING);
      command.kill();
      await command.ended;
    }
    const late = `${runId} goes on: the time is over.\n`;
    const waited = await stack.command('wait', runId, runId, '--timeout', '6s');
    expect([waited.code, waited.stderr.split(MISSING).length - 1]).toEqual([1, 1]);
    expect(waited.stderr).toContain(late);
    const quiet = await stack.command('wait', runId, '--timeout', '1s', '--quiet');
    expect([quiet.code, quiet.stderr]).toEqual([1, late]);

    await stack.session.temporal.client.workflow.getHandle(runWorkflowId(runId)).terminate('to see');
    const log = await stack.command('logs', runId, '-f', '--quiet');
    expect([log.code, log.stderr]).toEqual([1, expect.stringMatching(/terminated/i)]);
  });

  it('who starts a run again from the bucket, or by its schedule, is told so', async () => {
    const run = await runs.submit('forgotten');
    await forgetRun(stack.session.temporal, run);
    await vi.waitFor(
      async () =>
        expect(await stack.command('resume', run.runId, '--from-store')).toMatchObject({
          code: 0,
          stderr: expect.stringContaining(MISSING),
        }),
      { timeout: 60_000, interval: 500 },
    );

    const file = `${stack.folder}/hourly.yaml`;
    const job = JSON.parse(sampleJob({ name: 'hourly', texts: 1, images: 0 })) as object;
    await writeFile(file, JSON.stringify({ ...job, schedule: { every: '1h' } }));
    expect(await stack.command('schedule', 'apply', file)).toMatchObject({ code: 0 });
    expect(await stack.command('schedule', 'trigger', 'hourly')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(MISSING),
    });
  });

  it('that was killed, watching says so within five seconds', async () => {
    let worker = await stack.startWorker();
    const { command } = await runs.submitAndWatch('killed');
    const untilCounted = (before: string): Promise<void> =>
      vi.waitFor(
        async () => expect((await command.said()).slice(before.length)).toMatch(/^[1-9]\d*\/150 · /m),
        { timeout: 60_000, interval: 20 },
      );
    let before = '';
    // The quickest of three tries counts: the machine may have something else to do.
    for (let tries = 1; ; tries += 1) {
      await untilCounted(before);
      before = await command.said();
      await worker.stop({ fast: true });
      const began = performance.now();
      await vi.waitFor(async () => expect((await command.said()).slice(before.length)).toContain(SILENT), {
        timeout: 60_000,
        interval: 20,
      });
      const took = performance.now() - began;
      if (took < LIMIT_MS) break;
      if (tries === 3) throw new Error(`it took ${took} ms`);
      before = await command.said();
      worker = await stack.startWorker();
    }
    command.kill();
    await command.ended;
  });
});
