import { cp, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { faultRuns, items } from '../support/fault-runs.ts';
import { eventsOf, historyChain } from '../support/histories.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';
import { writeSampleJob } from '../support/sample-job.ts';

const few = { texts: 30, images: 6 };
const key = 'sk_upgrade0000000000000000000000000';
const repository = fileURLToPath(new URL('../..', import.meta.url));

let emulator: Emulator;
let stack: ProcessStack;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'upgrade', key }], latency: { kind: 'fixed', ms: 250 } });
  const environment = { POLLEN_BATCH_RPS: '15', POLLEN_BATCH_CONCURRENCY: '24' };
  stack = await startProcessStack({ api: emulator.url, key, environment });
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

type Edit = readonly [file: string, from: string, to: string];

/** A copy of the product with other words at some places, as another version's would be. */
async function copyProduct(folder: string, edits: readonly Edit[]): Promise<string> {
  for (const name of ['bin', 'src', 'package.json', 'tsconfig.json']) {
    await cp(join(repository, name), join(folder, name), { recursive: true });
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, from, to] of edits) {
    const path = join(folder, 'src', file);
    const source = await readFile(path, 'utf8');
    const changed = source.replaceAll(from, to);
    expect(changed, `${file}: ${from}`).not.toBe(source);
    await writeFile(path, changed);
  }
  return join(folder, 'bin/pollen-batch.js');
}

const otherWords: Edit = ['workflows/details.ts', 'counted at', 'as of'];
/** Every step of a workflow goes to whichever worker asks first, and is worked out from the history anew. */
const keepsNothing: Edit = ['lanes/workers.ts', 'maxCachedWorkflows: 100', 'maxCachedWorkflows: 0'];
/** As it was before a run told its cost as it goes: what the newer worker does then is unknown to it. */
const before: readonly Edit[] = [
  keepsNothing,
  ['workflows/search-attributes.ts', "patched('cost-as-it-goes')", 'false'],
  // Nor does it know what the newer one asks for by another name.
  ['activities/index.ts', '    prepareRun,\n', ''],
  ['activities/index.ts', '    closeRun,\n', ''],
];

/** Who has worked on a workflow. */
async function workersOf(workflowId: string): Promise<ReadonlySet<string>> {
  const [history] = await historyChain(stack.session.temporal.client, workflowId);
  const events = history === undefined ? [] : eventsOf(history);
  return new Set(
    events
      .map((event) => event.workflowTaskCompletedEventAttributes?.identity ?? '')
      .filter((one) => one !== ''),
  );
}

/** What each item of a run has got, by its id. */
async function resultsOf(run: RunLocation): Promise<readonly unknown[]> {
  const lines = await runFiles(stack.session.store, run).results();
  return lines.map((line) => [line.id, line.status, line.status === 'succeeded' ? line.sha256 : '']);
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

  it('works on a run at the same time as this one, on the same queues: the results are those of one alone', async () => {
    const runs = faultRuns(stack, emulator, few);
    const [old, now] = await Promise.all([
      copyProduct(join(stack.folder, 'old'), before),
      copyProduct(join(stack.folder, 'now'), [keepsNothing]),
    ]);
    const workers = await Promise.all(
      [old, now].map((entry, index) =>
        stack.startWorker({
          entry,
          environment: {
            POLLEN_BATCH_CACHE: join(stack.folder, `cache-${index}`),
            // Slow enough for its cost to be told in its course.
            POLLEN_BATCH_RPS: '2',
          },
        }),
      ),
    );
    const run = await runs.submit('mixed');
    await untilEnded(stack, run);
    await runs.expectWhole(run);
    expect((await workersOf(runWorkflowId(run.runId))).size).toBe(2);
    expect((await workersOf(pageWorkflowId(run.runId, 0))).size).toBe(2);
    for (const worker of workers) await worker.stop();

    const alone = await stack.startWorker();
    const file = await writeSampleJob(stack.folder, { name: 'mixed', ...few });
    const { stdout } = await stack.command('submit', file, '--new', '-o', 'json');
    const again = { ...run, runId: (JSON.parse(stdout) as { readonly runId: string }).runId };
    expect(again.runId).not.toBe(run.runId);
    await untilEnded(stack, again);
    expect(await resultsOf(again)).toEqual(await resultsOf(run));
    await alone.stop();
  });
});
