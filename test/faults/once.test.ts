import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { mapAtOnce } from '../../src/at-once.ts';
import { openSession, type Session } from '../../src/commands/session/session.ts';
import { submit, type Submitted } from '../../src/commands/submit/submit.ts';
import { readConfig } from '../../src/config.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { jobPrefix, type RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { readOf } from '../support/job.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';
import { sampleJob, writeSampleJob, type SampleJob } from '../support/sample-job.ts';
import { stopCommand, type StopPoint } from '../support/stopped-command.ts';
import { untilDone } from '../support/until.ts';
import { judgeRun, wholeRun } from '../support/witness.ts';

const key = 'sk_once0000000000000000000000000000000';
/** Commands that are started at once, and calls of the library in as many sessions. */
const commands = 10;
const sessions = 40;
/** Commands that are on their way to their death at once. */
const AT_ONCE = 3;
const small = { texts: 3, images: 1 };

let emulator: Emulator;
let stack: ProcessStack;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'once', key }] });
  stack = await startProcessStack({ api: emulator.url, key, environment: { POLLEN_BATCH_RPS: 'none' } });
  await stack.startWorker();
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

/** Opens sessions, each with connections of its own. */
function openSessions(count: number): Promise<readonly Session[]> {
  const config = readConfig({
    POLLEN_BATCH_DATA: stack.folder,
    POLLINATIONS_BASE_URL: emulator.url,
    POLLINATIONS_API_KEY: key,
    POLLINATIONS_CACHE: 'exact',
  });
  return mapAtOnce(
    Array.from({ length: count }, () => config),
    AT_ONCE,
    openSession,
  );
}

function submitIn(session: Session, job: string): Promise<Submitted> {
  return submit(session, readOf(job), { isNew: false, allowUnpriced: false });
}

/** Submits a job file by the command line. A dozen programs that start at once may leave a server no time to answer. */
async function submitFile(file: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const { code, stdout, stderr } = await stack.command('submit', file, '-o', 'json');
    if (code === 0) return (JSON.parse(stdout) as { readonly runId: string }).runId;
    if (tries === 5 || !/^\w+-unreachable: /m.test(stderr)) throw new Error(stderr);
  }
}

/** Ids of the executions that Temporal has of workflows of a type, one for each. */
async function executions(type: string): Promise<readonly string[]> {
  const found: string[] = [];
  const query = `WorkflowType = "${type}"`;
  for await (const { workflowId } of stack.session.temporal.client.workflow.list({ query })) {
    found.push(workflowId);
  }
  return found;
}

function requestsOf(name: string): number {
  return emulator.journal().filter(({ requestId }) => requestId.startsWith(`${name}-`)).length;
}

/** Expects one manifest, one plan, one execution, and each item made and paid once. */
async function expectOnce(run: RunLocation, items: number): Promise<void> {
  await untilEnded(stack, run);
  const { session } = stack;
  const files = runFiles(session.store, run);
  const keys = await files.keys();
  expect(keys.filter((name) => /(?:job|plan)\.json$/.test(name))).toEqual(['job.json', 'plan/plan.json']);
  expect(keys.filter((name) => name.startsWith('plan/') && name !== 'plan/plan.json')).toHaveLength(1);
  const workflowId = runWorkflowId(run.runId);
  await untilDone(async () =>
    expect((await executions('runJob')).filter((id) => id === workflowId)).toHaveLength(1),
  );
  const verdict = await judgeRun(session.store, run, emulator.journal());
  expect(verdict).toMatchObject({ ...wholeRun(verdict, items), requests: items });
  expect((await verifyRun(session.store, run)).findings).toEqual([]);
}

describe('a job that is submitted fifty times at once', { timeout: 180_000 }, () => {
  it('is one run, and the same file with other words is another one, whose difference is told', async () => {
    const job: SampleJob = { name: 'fifty', texts: 16, images: 4 };
    const items = job.texts + job.images;
    const text = sampleJob(job);
    const edited = text.replace('flower 0 of', 'flower zero of');
    const file = await writeSampleJob(stack.folder, job);
    const editedFile = join(stack.folder, 'edited.yaml');
    await writeFile(editedFile, edited);
    // Before: what is to come at once are the submits.
    const own = await openSessions(sessions);
    const ownEdited = await openSessions(5);
    const [byCommand, bySession, byEditedCommand, byEditedSession] = await Promise.all([
      Promise.all(Array.from({ length: commands }, () => submitFile(file))),
      Promise.all(own.map((session) => submitIn(session, text))),
      Promise.all([submitFile(editedFile), submitFile(editedFile)]),
      Promise.all(ownEdited.map((session) => submitIn(session, edited))),
    ]);
    await Promise.all([...own, ...ownEdited].map((session) => session.close()));
    const [first] = bySession;
    const [other] = byEditedSession;
    if (first === undefined || other === undefined) throw new Error('nothing was submitted');
    const same = [...byCommand, ...bySession.map(({ run }) => run.runId)];
    expect(same).toEqual(Array.from({ length: commands + sessions }, () => first.run.runId));
    expect(new Set([...byEditedCommand, ...byEditedSession.map(({ run }) => run.runId)])).toEqual(
      new Set([other.run.runId]),
    );
    expect(other.run.runId).not.toBe(first.run.runId);
    const folders = await stack.session.store.listFolders(jobPrefix(first.run));
    expect(folders.toSorted()).toEqual([first.run.runId, other.run.runId].toSorted());
    await expectOnce(first.run, items);
    await expectOnce(other.run, items);

    const { code, stdout } = await stack.command('diff', first.run.runId, other.run.runId, '-o', 'json');
    expect(code).toBe(0);
    expect(stdout).toContain('text-0');
    expect(stdout).not.toContain('text-1"');
  });
});

describe('a submit that is killed', { timeout: 240_000 }, () => {
  it('has started a whole run or nothing at each of its steps, and the next submit makes it one run', async () => {
    const whole = await stopCommand(stack, 'whole', ['submit', await writeSampleJob(stack.folder, named(0))]);
    const points = whole.flatMap((what, number): readonly StopPoint[] => {
      // The probe of the store is five requests for all runs.
      if (what.includes('_probe')) return [];
      const isWrite = /^PUT|^Start/.test(what);
      return isWrite
        ? [
            { number, at: 'request' },
            { number, at: 'answer' },
          ]
        : [{ number, at: 'request' }];
    });
    expect(points.length).toBeGreaterThanOrEqual(20);

    const jobs = points.map((point, index) => ({ point, job: named(index + 1) }));
    const killed = await mapAtOnce(jobs, AT_ONCE, async ({ point, job }) => {
      const file = await writeSampleJob(stack.folder, job);
      const asked = await stopCommand(stack, job.name, ['submit', file], point);
      const isLast = asked.at(-1) === 'StartWorkflowExecution' && point.at === 'request';
      return { job, asked, isStarted: asked.includes('StartWorkflowExecution') && !isLast };
    });
    const started = killed.filter(({ isStarted }) => isStarted);
    expect(started.length).toBeGreaterThan(0);
    expect(started.length).toBeLessThan(killed.length);
    const items = small.texts + small.images;
    await untilDone(async () => {
      for (const { job } of started) expect(requestsOf(job.name)).toBe(items);
    });
    const workflows = (await executions('runJob')).join(' ');
    for (const { job, asked, isStarted } of killed) {
      const at = `${job.name} at ${asked.at(-1)}`;
      expect(workflows.includes(`/${job.name}-`), at).toBe(isStarted);
      expect(requestsOf(job.name), at).toBe(isStarted ? items : 0);
    }

    await mapAtOnce(killed, AT_ONCE, async ({ job, isStarted, asked }) => {
      const { run, status } = await submitIn(stack.session, sampleJob(job));
      expect(status === 'started', `${job.name} at ${asked.at(-1)}`).toBe(!isStarted);
      expect(await stack.session.store.listFolders(jobPrefix(run))).toEqual([run.runId]);
      await expectOnce(run, items);
    });
  });
});

function named(number: number): SampleJob {
  return { name: `killed-${number}x`, ...small };
}
