import { cp, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { runWorkflowId } from '../../src/workflows/ids.ts';
import { faultRuns, items } from '../support/fault-runs.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';

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

/** A copy of the product whose workflows say something in other words, as another version's would. */
async function copyProduct(folder: string): Promise<string> {
  for (const name of ['bin', 'src', 'package.json', 'tsconfig.json']) {
    await cp(join(repository, name), join(folder, name), { recursive: true });
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const details = join(folder, 'src/workflows/details.ts');
  const source = await readFile(details, 'utf8');
  const changed = source.replaceAll('counted at', 'as of');
  expect(changed).not.toBe(source);
  await writeFile(details, changed);
  return join(folder, 'bin/pollen-batch.js');
}

describe('a worker of another version', { timeout: 180_000 }, () => {
  it('takes over a run in progress from the one before, which ends: each call is made once', async () => {
    const runs = faultRuns(stack, emulator);
    const entry = await copyProduct(join(stack.folder, 'next'));
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
});
