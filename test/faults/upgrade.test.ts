import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resume, setRun, suspend } from '../../src/commands/runs/steer.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { Child } from '../../src/local/child.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { faultRuns, items } from '../support/fault-runs.ts';
import { eventsOf, historyChain, type HistoryEvent } from '../support/histories.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { copyProduct, type Edit } from '../support/product-copy.ts';
import { runFiles } from '../support/run-files.ts';
import { writeSampleJob, type SampleJob } from '../support/sample-job.ts';

const few = { texts: 30, images: 6 };
const many = { texts: 400, images: 100 };
const key = 'sk_upgrade0000000000000000000000000';
const repository = fileURLToPath(new URL('../..', import.meta.url));

let emulator: Emulator;
let stack: ProcessStack;
/** Entries of the product as it was, and as it is, each of which forgets a workflow after every step of it. */
let products: { readonly before: string; readonly after: string };

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'upgrade', key }], latency: { kind: 'fixed', ms: 250 } });
  const environment = { POLLEN_BATCH_RPS: '15', POLLEN_BATCH_CONCURRENCY: '24' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
  const [before, after] = await Promise.all([
    copyProduct(join(stack.folder, 'old'), [keepsNothing, ...otherNames, ...(await unpatched())]),
    copyProduct(join(stack.folder, 'now'), [keepsNothing]),
  ]);
  products = { before, after };
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

const otherWords: Edit = ['workflows/details.ts', 'counted at', 'as of'];
/** Every step of a workflow goes to whichever worker asks first, and is worked out from the history anew. */
const keepsNothing: Edit = ['lanes/workers.ts', 'maxCachedWorkflows: 100', 'maxCachedWorkflows: 0'];
/** What the newer worker asks for by another name is unknown to the older one. */
const otherNames: readonly Edit[] = [
  ['activities/index.ts', '    prepareRun,\n', ''],
  ['activities/index.ts', '    closeRun,\n', ''],
];

/** Where pages parted earlier: of a page that has passed one of these an older worker could do no step any more. */
const known = new Set(['losses-found', 'places-held']);

/** The workflows as they were before they parted anywhere else from what they did. */
async function unpatched(): Promise<readonly Edit[]> {
  const folder = join(repository, 'src/workflows');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const edits = files.map(async (file) => {
    const source = await readFile(join(folder, file), 'utf8');
    const asked = new Set([...source.matchAll(/patched\('([a-z-]+)'\)/g)].map(([, patch]) => patch ?? ''));
    return [...asked]
      .filter((patch) => !known.has(patch))
      .map((patch): Edit => [`workflows/${file}`, `patched('${patch}')`, 'false']);
  });
  return (await Promise.all(edits)).flat();
}

async function eventsIn(workflowId: string): Promise<readonly HistoryEvent[]> {
  const [history] = await historyChain(stack.session.temporal.client, workflowId);
  return history === undefined ? [] : eventsOf(history);
}

const workerOf = ({ workflowTaskCompletedEventAttributes: completed }: HistoryEvent): string =>
  completed?.identity ?? '';

/** Who has worked on a workflow. */
async function workersOf(workflowId: string): Promise<ReadonlySet<string>> {
  return new Set((await eventsIn(workflowId)).map(workerOf).filter((one) => one !== ''));
}

/** The reasons of what people have told a run by signals, as far as it was this worker that took them in. */
async function reasonsHeard({ pid }: Child, run: RunLocation): Promise<readonly unknown[]> {
  const events = await eventsIn(runWorkflowId(run.runId));
  return events.flatMap((event, index) => {
    const [told] = event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [];
    const hearing = events
      .slice(index)
      .map(workerOf)
      .find((one) => one !== '');
    if (told == null || hearing?.startsWith(`${pid}@`) !== true) return [];
    const { detail } = defaultPayloadConverter.fromPayload<{ readonly detail?: string }>(told);
    return [detail];
  });
}

/** What each item of a run has got, by its id. */
async function resultsOf(run: RunLocation): Promise<readonly unknown[]> {
  const lines = await runFiles(stack.session.store, run).results();
  return lines.map((line) => [line.id, line.status, line.status === 'succeeded' ? line.sha256 : '']);
}

function startOther(version: keyof typeof products, rps: string): Promise<Child> {
  const environment = {
    POLLEN_BATCH_CACHE: join(stack.folder, `cache-${version}`),
    POLLEN_BATCH_RPS: rps,
  };
  return stack.startWorker({ entry: products[version], environment });
}

/** Expects another run of a job, which one worker of this version makes, to have the same results. */
async function expectSameAlone(run: RunLocation, job: SampleJob): Promise<void> {
  const alone = await stack.startWorker({ environment: { POLLEN_BATCH_RPS: '200' } });
  const file = await writeSampleJob(stack.folder, job);
  const { stdout } = await stack.command('submit', file, '--new', '-o', 'json');
  const again = { ...run, runId: (JSON.parse(stdout) as { readonly runId: string }).runId };
  expect(again.runId).not.toBe(run.runId);
  await untilEnded(stack, again);
  expect(await resultsOf(again)).toEqual(await resultsOf(run));
  await alone.stop();
}

describe('a worker of another version', { timeout: 600_000 }, () => {
  it('takes over a run in progress from the one before, which ends: each call is made once', async () => {
    const runs = faultRuns(stack, emulator);
    const entry = await copyProduct(join(stack.folder, 'next'), [otherWords]);
    const old = await stack.startWorker();
    const run = await runs.submit('upgraded');
    const handle = stack.session.temporal.client.workflow.getHandle(runWorkflowId(run.runId));
    const details = async (): Promise<string> =>
      (await handle.query<{ readonly currentDetails: string }>('__temporal_workflow_metadata'))
        .currentDetails;
    await runs.untilRequests(run, 30);
    expect(await details()).toContain('counted at');

    expect(await old.stop()).toEqual({ code: 0, signal: null });
    expect(runs.requestsOf(run)).toBeLessThan(items);
    const cache = join(stack.folder, 'next-cache');
    const next = await stack.startWorker({ entry, environment: { POLLEN_BATCH_CACHE: cache } });
    expect(await readdir(join(cache, 'bundles'))).toHaveLength(1);
    await vi.waitFor(async () => expect(await details()).toContain('as of'), { timeout: 30_000 });
    await untilEnded(stack, run);
    expect(await runs.expectWhole(run)).toMatchObject({ requests: items, attempts: { answered: items } });
    await next.stop();
  });

  it('works on a run at the same time as this one, which is steered meanwhile: the results are those of one alone', async () => {
    const runs = faultRuns(stack, emulator, few);
    // The older one begins it: what the newer one has begun the older one cannot go on with.
    // Slow enough for its cost to be told in its course, and for what it is told to come before its end.
    const old = await startOther('before', '3');
    const run = await runs.submit('mixed');
    await runs.untilRequests(run, 1);
    const { temporal } = stack.session;
    await suspend(temporal, run.runId, 'a rollout');
    const now = await startOther('after', '3');
    await setRun(temporal, run.runId, { concurrency: 3, reason: 'others first' });
    await resume(temporal, run.runId, 'both are there');
    await suspend(temporal, run.runId, 'lunch');
    await resume(temporal, run.runId, 'back again');
    await untilEnded(stack, run);
    await runs.expectWhole(run);
    expect((await workersOf(runWorkflowId(run.runId))).size).toBe(2);
    expect((await workersOf(pageWorkflowId(run.runId, 0))).size).toBe(2);
    // The older one knows no story yet; what is set it keeps.
    const kept = new Set(['others first', ...(await reasonsHeard(now, run))]);
    const told = [
      ['suspend', 'a rollout'],
      ['concurrency', 'others first'],
      ['resume', 'both are there'],
      ['suspend', 'lunch'],
      ['resume', 'back again'],
    ];
    const { story } = await runFiles(stack.session.store, run).report();
    expect(story?.map(({ kind, reason }) => [kind, reason])).toEqual(
      told.filter(([, reason]) => kept.has(reason)),
    );
    await Promise.all([old, now].map((worker) => worker.stop()));

    await expectSameAlone(run, { name: 'mixed', ...few });
  });

  it('shares every step of a run of 500 items with this one: the results are those of one alone', async () => {
    const runs = faultRuns(stack, emulator, many);
    const old = await startOther('before', '200');
    const run = await runs.submit('many');
    await runs.untilRequests(run, 1);
    const { temporal } = stack.session;
    await suspend(temporal, run.runId, undefined);
    const now = await startOther('after', '200');
    await resume(temporal, run.runId);
    await untilEnded(stack, run);
    expect(await runs.expectWhole(run)).toMatchObject({ requests: many.texts + many.images });
    const { pages } = await runFiles(stack.session.store, run).plan();
    expect(pages.length).toBeGreaterThan(1);
    for (const { page } of pages) {
      expect((await workersOf(pageWorkflowId(run.runId, page))).size).toBe(2);
    }
    await Promise.all([old, now].map((worker) => worker.stop()));
    await expectSameAlone(run, { name: 'many', ...many });
  });
});
