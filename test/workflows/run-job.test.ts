import { describe, expect, vi } from 'vitest';

import { runIdOf } from '../../src/plan/run-id.ts';
import { billTotal } from '../../src/report/report.ts';
import { claimRun } from '../../src/records/run-store.ts';
import { jobPrefix, runKeys } from '../../src/storage/keys.ts';
import { CONTROL_QUEUE, pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { pageProgressQuery, runViewQuery } from '../../src/workflows/messages.ts';
import { callsOf } from '../support/calls.ts';
import { test } from '../support/on-servers.ts';
import { eventsOf, historyChain } from '../support/histories.ts';
import { jobOf } from '../support/job.ts';

const waiting = { timeout: 60_000, interval: 20 };

const mixed = `
version: 1
name: mixed
labels: { team: design, season: 'spring 2027' }
items:
  - { id: haiku, text: A haiku about pollen, params: { max_tokens: 50 } }
  - { id: lamp, image: A lamp, params: { width: 64, height: 48, model: turbo } }
  - prompts: [one bee, two bees, three bees]
`;

function jobOfTexts(name: string, count: number): string {
  const items = Array.from({ length: count }, (_, index) => `  - { text: 'Bee ${index} of ${name}' }`);
  return `version: 1\nname: ${name}\ndefaults: { text: { max_tokens: 50 } }\nitems:\n${items.join('\n')}\n`;
}

describe.concurrent('a run', () => {
  test('of texts and images completes, and writes its marker last of all', async ({ open }) => {
    const { submit, finish, files, writes, emulator } = await open();
    const { run, status } = await submit(mixed);
    const outcome = await finish(run);

    expect(status).toBe('started');
    expect(outcome).toMatchObject({ state: 'completed', tally: { succeeded: 5, failed: 0, cancelled: 0 } });
    expect(writes().at(-1)).toBe(outcome.marker);
    expect(outcome.marker).toMatch(/\/_SUCCESS$/);
    const { results, report, bill, errors, keys } = files(run);
    expect((await results()).map(({ id, status: ended }) => [id, ended])).toEqual(
      ['haiku', 'lamp', '3', '4', '5'].map((id) => [id, 'succeeded']),
    );
    expect(await report()).toMatchObject({
      state: 'completed',
      labels: { team: 'design', season: 'spring 2027' },
      items: 5,
      certainty: 'exact',
    });
    expect(outcome.tally.settled).toBe(emulator.meter().charged);
    expect(billTotal(await bill())).toBe(emulator.meter().charged);
    expect(await errors()).toEqual([]);
    expect(await keys()).not.toContain('_FAILED');
  });

  test('stores the very bytes that were generated, texts in their records and images beside them', async ({
    open,
  }) => {
    const { submit, finish, files, emulator, session } = await open();
    const { run } = await submit(mixed);
    await finish(run);
    const records = await files(run).records();

    const made = new Set(
      callsOf(emulator).flatMap(({ contentSha256, bodySha256 }) => contentSha256 ?? bodySha256 ?? []),
    );
    expect(new Set(records.map((record) => 'sha256' in record && record.sha256))).toEqual(made);
    const lamp = records.find(({ id }) => id === 'lamp');
    expect(lamp).toMatchObject({ artifact: { contentType: 'image/jpeg', width: 64, height: 48 } });
    const artifact = lamp?.status === 'succeeded' ? lamp.artifact : undefined;
    expect((await session.store.get(artifact?.key ?? ''))?.body.byteLength).toBe(artifact?.bytes);
    expect(records.find(({ id }) => id === 'haiku')).toMatchObject({
      text: expect.stringContaining('haiku'),
    });
  });

  test('is not failed by items that fail: it lists them, and its marker says so', async ({ open }) => {
    const { submit, finish, files, emulator, writes } = await open();
    const { run } = await submit(`
version: 1
name: failing
items:
  - { id: refused, text: 'Write something [[fault:422]]' }
  - { id: fine, text: Write something else }
  - { id: wrong, image: 'A lamp [[fault:400]]', params: { width: 64, height: 64 } }
`);
    const outcome = await finish(run);

    expect(outcome).toMatchObject({
      state: 'completed_with_failures',
      tally: { succeeded: 1, failed: 2, settled: emulator.meter().charged },
    });
    expect(writes().at(-1)).toMatch(/\/_FAILED$/);
    const { errors, marker, keys } = files(run);
    expect(await errors()).toMatchObject([
      {
        id: 'refused',
        status: 'failed',
        fault: { code: 'content-policy', status: 422, remedy: expect.any(String) },
      },
      { id: 'wrong', status: 'failed', fault: { code: 'bad-request', status: 400 } },
    ]);
    expect(await marker()).toMatchObject({ state: 'completed_with_failures' });
    expect(await keys()).not.toContain('_SUCCESS');
    expect(callsOf(emulator)).toHaveLength(3);
  });

  test('that has ended is left alone, by a new submit and by a new workflow', async ({ open }) => {
    const { submit, finish, emulator, client, writes } = await open();
    const { run } = await submit(mixed);
    const outcome = await finish(run);
    const written = writes().length;

    expect(await submit(mixed)).toMatchObject({ status: 'ended', marker: { state: 'completed' } });
    const again = await client.workflow.execute('runJob', {
      workflowId: runWorkflowId(run.runId),
      taskQueue: CONTROL_QUEUE,
      args: [{ run }],
    });
    expect(again).toEqual(outcome);
    expect(writes()).toHaveLength(written);
    expect(callsOf(emulator)).toHaveLength(5);
    const [history] = await historyChain(client, runWorkflowId(run.runId));
    expect(
      eventsOf(history ?? {}).some((event) => event.startChildWorkflowExecutionInitiatedEventAttributes),
    ).toBe(false);
  });

  test('is one run however often its job is submitted at once, and each call is made once', async ({
    open,
  }) => {
    const { submit, finish, files, emulator, session } = await open();
    const job = jobOfTexts('fifty', 20);
    const submitted = await Promise.all(Array.from({ length: 50 }, () => submit(job)));
    const [first] = submitted;
    if (first === undefined) throw new Error('nothing was submitted');
    expect(new Set(submitted.map(({ run }) => run.runId))).toEqual(new Set([first.run.runId]));
    const outcome = await finish(first.run);
    expect(await session.store.listFolders(jobPrefix(first.run))).toEqual([first.run.runId]);
    expect(callsOf(emulator)).toHaveLength(20);
    expect(outcome).toMatchObject({ state: 'completed', tally: { succeeded: 20, unknown: { count: 0 } } });
    expect(outcome.tally.settled).toBe(emulator.meter().charged);
    const records = await files(first.run).records();
    expect(records.map(({ attempts }) => attempts.map(({ code }) => code))).toEqual(
      records.map(() => ['answered']),
    );
  });

  test('is made anew when a new run is asked for', async ({ open }) => {
    const { submit, finish, files, emulator } = await open();
    const first = await submit(mixed);
    await finish(first.run);
    const second = await submit(mixed, { isNew: true });
    const outcome = await finish(second.run);

    expect(second.run.runId).toBe(`${first.run.runId}-r2`);
    // Seeds are stable, so the second run finds everything in the API's cache.
    expect(outcome).toMatchObject({ state: 'completed', tally: { settled: '0' } });
    expect(await files(second.run).records()).toHaveLength(5);
    expect(emulator.meter().generations).toBe(5);
  });

  test('is planned by its workflow when only its job file was stored', async ({ open }) => {
    const { finish, files, session, client } = await open();
    const job = jobOf(mixed);
    const run = { ...session.location, job: job.name, runId: runIdOf(job, session.plannedApi) };
    await claimRun(session.store, run, {
      version: 1,
      runId: run.runId,
      api: session.plannedApi,
      allowUnpriced: false,
      job,
    });
    await client.workflow.start('runJob', {
      workflowId: runWorkflowId(run.runId),
      taskQueue: CONTROL_QUEUE,
      args: [{ run }],
    });
    expect(await finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 5 } });
    expect(await files(run).plan()).toMatchObject({ items: 5, job: 'mixed', models: ['openai', 'turbo'] });
  });
});

describe.concurrent('a running run', () => {
  test('can be found by job, state, labels, models and cost', async ({ open }) => {
    const { submit, finish, client, emulator } = await open();
    const { run } = await submit(mixed);
    await finish(run);

    const query =
      "PollenJob = 'mixed' AND PollenState = 'completed' AND PollenLabels = 'season=spring 2027' AND PollenModels = 'turbo' AND PollenCost > 0";
    await vi.waitFor(async () => {
      expect(await idsOf(client.workflow.list({ query }))).toEqual([runWorkflowId(run.runId)]);
    }, waiting);
    const { searchAttributes } = await client.workflow.getHandle(runWorkflowId(run.runId)).describe();
    expect(searchAttributes).toMatchObject({
      PollenLabels: ['team=design', 'season=spring 2027'],
      PollenModels: ['openai', 'turbo'],
      PollenCost: [Number(emulator.meter().charged)],
    });
  });

  test('works in a namespace without the search attributes', async ({ open }) => {
    const { submit, finish, client } = await open({ searchable: false });
    const { run } = await submit(mixed);
    expect(await finish(run)).toMatchObject({ state: 'completed' });
    const { searchAttributes } = await client.workflow.getHandle(runWorkflowId(run.runId)).describe();
    expect(Object.keys(searchAttributes).filter((name) => name.startsWith('Pollen'))).toEqual([]);
  });

  test('tells counts, cost and failures on query and in its details', async ({ open }) => {
    const { submit, finish, handle, client, emulator } = await open({
      emulator: { latency: { kind: 'fixed', ms: 600 } },
      lanes: [{ name: 'all', concurrency: 2 }],
    });
    const { run } = await submit(`
version: 1
name: told
items:
  - { id: refused, text: 'Write something [[fault:422]]' }
  - prompts: [1 bee, 2 bees, 3 bees, 4 bees, 5 bees, 6 bees, 7 bees, 8 bees, 9 bees]
`);
    await vi.waitFor(async () => {
      const view = await handle(run).query(runViewQuery);
      expect(view).toMatchObject({ state: 'running', items: 10, pages: { total: 1, done: 0, running: [0] } });
      expect(view.tally.succeeded + view.tally.failed).toBeGreaterThan(0);
    }, waiting);
    const page = client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    expect(await page.query(pageProgressQuery)).toMatchObject({ page: 0, inFlight: 2 });
    // Before its page has ended: the page tells of its failures with its progress.
    await vi.waitFor(async () => {
      const { failures, pages } = await handle(run).query(runViewQuery);
      expect([pages.done, failures[0]?.id]).toEqual([0, 'refused']);
    }, waiting);
    await finish(run);

    expect(await handle(run).query(runViewQuery)).toMatchObject({
      state: 'completed_with_failures',
      tally: { succeeded: 9, failed: 1, settled: emulator.meter().charged },
      pages: { total: 1, done: 1, running: [] },
      failures: [{ id: 'refused', code: 'content-policy' }],
    });
    const metadata = await handle(run).query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('**completed with failures** · **10 of 10** items (100 %)');
    expect(metadata.currentDetails).toContain('9 succeeded, 1 failed');
    expect(metadata.currentDetails).toContain(`**${emulator.meter().charged} Pollen**`);
    expect(metadata.currentDetails).toContain('`refused` **content-policy (422)**: Reword');
    expect(metadata.currentDetails).toContain(runKeys(run).root);
  });
});

async function idsOf(found: AsyncIterable<{ readonly workflowId: string }>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of found) ids.push(workflowId);
  return ids;
}
