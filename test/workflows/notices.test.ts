import { Webhook } from 'standardwebhooks';
import { describe, expect, vi } from 'vitest';

import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { backfillSchedule } from '../../src/commands/schedule/backfill-schedule.ts';
import { triggerSchedule } from '../../src/commands/schedule/change-schedule.ts';
import { resume, setRun, suspend } from '../../src/commands/runs/steer.ts';
import type { PostOptions } from '../../src/notices/post.ts';
import { createNoticeSecrets } from '../../src/notices/secret.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { noticeWorkflowId } from '../../src/workflows/ids.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';
import { startReceiver, type Received, type Receiver } from '../support/receiver.ts';
import { scanBucket, scanFor } from '../support/secret-scan.ts';

const waiting = { timeout: 150_000, interval: 100 };

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ5xJ3sNvGmA=';
const notices: PostOptions = {
  settings: { secrets: createNoticeSecrets(secret), hosts: ['127.0.0.1'], allowPrivate: true },
};
const job = (name: string, notify: string, items: string, more = ''): string =>
  `version: 1\nname: ${name}\n${more}notify: ${notify}\nitems:\n${items}`;
const verse = '  - { id: verse, text: Write a verse }\n';

interface Read {
  readonly version: number;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What was received, as an independent reader takes it. */
function read({ body, headers }: Received): Read {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as Read;
}

function typesOf({ received }: Receiver): readonly string[] {
  return received.map((one) => read(one).type);
}

/** Waits until the notice was given up or taken. */
function delivered({ client }: Harness, run: RunLocation, key: string): Promise<unknown> {
  return vi.waitFor(() => client.workflow.getHandle(noticeWorkflowId(run.runId, key)).result(), waiting);
}

describe.concurrent('a run that tells of itself', { timeout: 240_000 }, () => {
  test('is told once it has ended, tried again until it is taken, and waits for nobody', async ({ open }) => {
    await using receiver = await startReceiver((count) =>
      count === 1
        ? { status: 503, headers: { 'retry-after': '1' } }
        : count === 2
          ? 'break'
          : { status: 204 },
    );
    const harness = await open({ notices });
    const { run } = await harness.submit(job('told', `{ url: '${receiver.url}?token=T0KEN-OF-URL' }`, verse));
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });
    expect(receiver.received.length).toBeLessThan(3);
    await delivered(harness, run, 'completed');

    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    const [first] = receiver.received;
    expect(first?.path).toBe('/hook?token=T0KEN-OF-URL');
    expect(read(first as Received)).toMatchObject({
      version: 1,
      type: 'run.completed',
      data: {
        runId: run.runId,
        job: 'told',
        emulated: true,
        folder: `s3://${harness.session.store.bucket}/emulated/${run.prefix}/told/${run.runId}/`,
        items: 1,
        state: 'completed',
        counts: { succeeded: 1, failed: 0 },
        cost: { settled: harness.emulator.meter().charged, unknown: { count: 0, atMost: '0' } },
      },
    });
    // Neither the address nor the secret is in the history of one of the workflows, and the secret is nowhere.
    for (const workflowId of [`job/${run.runId}`, noticeWorkflowId(run.runId, 'completed')]) {
      const history = await harness.client.workflow.getHandle(workflowId).fetchHistory();
      const bytes = Buffer.from(JSON.stringify(history));
      expect(scanFor('T0KEN-OF-URL', secret.slice(6))(bytes)).toEqual([]);
    }
    const { store, location } = harness.session;
    const own = `emulated/${location.prefix}/`;
    expect(await scanBucket(store, scanFor(secret.slice(6)), own)).toEqual([]);
    expect(await scanBucket(store, scanFor(run.runId), own)).not.toEqual([]);
  });

  test('is told again, by the same id, where its worker is lost between sending and the answer', async ({
    open,
  }) => {
    await using receiver = await startReceiver((count) => (count === 1 ? 'silence' : { status: 200 }));
    // All that the server knows of a lost worker is that nothing comes back in time.
    const harness = await open({ notices: { ...notices, deadlineMs: 600_000 } });
    const { run } = await harness.submit(job('lost', `{ url: '${receiver.url}' }`, verse));
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });
    expect(receiver.received.length).toBeLessThan(2);
    await delivered(harness, run, 'completed');
    const [first, second] = receiver.received;
    expect(receiver.received).toHaveLength(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(typesOf(receiver)).toEqual(['run.completed', 'run.completed']);
  });

  test('that has failures tells those who want to know of them, and nobody else', async ({ open }) => {
    await using wanting = await startReceiver();
    await using other = await startReceiver();
    const harness = await open({ notices });
    const list = `[{ url: '${wanting.url}', on: [failed] }, { url: '${other.url}', on: [completed, paused, budget] }]`;
    const { run } = await harness.submit(
      job('partly', list, `${verse}  - { id: refused, text: 'Write something [[fault:422]]' }\n`),
    );
    await harness.finish(run);
    await delivered(harness, run, 'failed');
    expect(wanting.received.map((one) => read(one))).toMatchObject([
      { type: 'run.failed', data: { state: 'completed_with_failures', counts: { succeeded: 1, failed: 1 } } },
    ]);
    expect(other.received).toEqual([]);
    expect(wanting.received[0]?.body).not.toContain('Write');
  });

  test('tells of a pause that needs somebody, once, and of none by hand', async ({ open }) => {
    await using receiver = await startReceiver();
    const harness = await open({
      notices,
      emulator: { latency: { kind: 'fixed', ms: 100 } },
      lanes: [{ name: 'all', concurrency: 2 }],
    });
    const bees = Array.from({ length: 30 }, (_, index) => `  - text: Bee ${index}\n`).join('');
    const { run } = await harness.submit(job('waits', `{ url: '${receiver.url}' }`, bees));
    await vi.waitFor(() => expect(harness.emulator.meter().generations).toBeGreaterThan(2), waiting);
    await suspend(harness.session.temporal, run.runId, 'lunch');
    await resume(harness.session.temporal, run.runId);
    harness.emulator.update({ wallet: '0' });
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), waiting);
    harness.emulator.update({ wallet: '100' });
    await resume(harness.session.temporal, run.runId);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });
    await delivered(harness, run, 'completed');

    expect(typesOf(receiver)).toEqual(['run.paused', 'run.completed']);
    expect(read(receiver.received[0] as Received).data).toMatchObject({
      items: 30,
      pause: { reason: 'credit', message: expect.stringContaining('out of credit (402)') },
    });
  });

  test('tells when four fifths of its budget are spent, of each budget once', async ({ open }) => {
    await using receiver = await startReceiver();
    const harness = await open({ notices });
    const pictures = Array.from({ length: 40 }, (_, index) => `  - { image: bee ${index} }\n`).join('');
    const { run } = await harness.submit(
      job('dear', `{ url: '${receiver.url}', on: [budget, paused] }`, pictures, `budget: '0.0365'\n`),
    );
    await vi.waitFor(() => expect(typesOf(receiver)).toContain('run.paused'), waiting);
    await setRun(harness.session.temporal, run.runId, { budget: '0.2' });
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });
    const types = typesOf(receiver);
    expect([...types].sort()).toEqual(['run.budget', 'run.paused']);
    const { data } = read(receiver.received[types.indexOf('run.budget')] as Received);
    const { amount, spent } = data['budget'] as { readonly amount: string; readonly spent: string };
    expect(amount).toBe('0.0365');
    expect(Number(spent)).toBeGreaterThanOrEqual(0.8 * 0.0365);
  });

  test('that somebody has stopped tells nobody, who knows', async ({ open }) => {
    await using receiver = await startReceiver();
    const harness = await open({ notices, emulator: { latency: { kind: 'fixed', ms: 300 } } });
    const bees = Array.from({ length: 100 }, (_, index) => `  - text: Bee ${index}\n`).join('');
    const { run } = await harness.submit(job('stopped', `{ url: '${receiver.url}' }`, bees));
    await vi.waitFor(() => expect(harness.emulator.meter().generations).toBeGreaterThan(2), waiting);
    await harness.handle(run).cancel();
    expect(await harness.finish(run)).toMatchObject({ state: 'stopped' });
    const { children } = await childrenOf(harness, run);
    expect(children.filter((type) => type !== 'runPage')).toEqual([]);
    expect(receiver.received).toEqual([]);
  });

  test('whose receiver is not allowed ends as ever, and the notice waits and says what to set', async ({
    open,
  }) => {
    await using receiver = await startReceiver();
    const { settings } = notices;
    const harness = await open({ notices: { settings: { ...settings, hosts: ['hooks.example'] } } });
    const { run } = await harness.submit(job('closed', `{ url: '${receiver.url}' }`, verse));
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });
    // Another worker may be allowed to, or this one be so soon.
    await vi.waitFor(async () => {
      const handle = harness.client.workflow.getHandle(noticeWorkflowId(run.runId, 'completed'));
      const [pending] = (await handle.describe()).raw.pendingActivities ?? [];
      expect(pending?.lastFailure).toMatchObject({
        message: expect.stringContaining('POLLEN_BATCH_NOTIFY_HOSTS'),
        applicationFailureInfo: { type: 'notice-refused', nonRetryable: false },
      });
    }, waiting);
    expect(receiver.received).toEqual([]);
  });

  test('of a schedule that cannot be planned tells of it by the job that the schedule keeps', async ({
    open,
  }) => {
    await using receiver = await startReceiver();
    const harness = await open({ notices, prices: () => Promise.resolve([]) });
    const scheduled = job(
      'nightly',
      `{ url: '${receiver.url}' }`,
      verse,
      'schedule: { cron: "0 6 * * *" }\n',
    );
    await applySchedule(harness.session, readOf(scheduled), { allowUnpriced: false, dryRun: false });
    await triggerSchedule(harness.client, 'nightly');
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), waiting);
    expect(read(receiver.received[0] as Received)).toMatchObject({
      type: 'run.failed',
      data: { job: 'nightly', plannedFor: expect.any(String), state: 'failed', code: 'no-price' },
    });
  });

  test('of a schedule tells of times that were missed, in the next run that is made', async ({ open }) => {
    await using receiver = await startReceiver();
    let missed = 0;
    const harness = await open({ notices, scheduleOf: () => ({ missed }) });
    const { session } = harness;
    const yaml = job(
      'hourly',
      `{ url: '${receiver.url}', on: [missed] }`,
      verse,
      'schedule: { cron: "0 * * * *" }\n',
    );
    await applySchedule(session, readOf(yaml), { allowUnpriced: false, dryRun: false });
    const runAt = async (time: string): Promise<void> => {
      const { runs } = await backfillSchedule(session, 'hourly', { from: time, to: time });
      const run = { ...session.location, job: 'hourly', runId: runs[0] ?? '' };
      await vi.waitFor(() => harness.finish(run), waiting);
    };
    await runAt('2026-11-20T05:00:00Z');
    missed = 2;
    await runAt('2026-11-20T08:00:00Z');
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), waiting);
    expect(read(receiver.received[0] as Received)).toMatchObject({
      type: 'schedule.missed',
      data: {
        plannedFor: '2026-11-20T08:00:00Z',
        missed: { count: 2, times: ['2026-11-20T06:00:00.000Z', '2026-11-20T07:00:00.000Z'] },
      },
    });
    await runAt('2026-11-20T09:00:00Z');
    expect(receiver.received).toHaveLength(1);
  });
});

async function childrenOf({ handle }: Harness, run: RunLocation) {
  const { events } = await handle(run).fetchHistory();
  const children = (events ?? []).flatMap(
    ({ startChildWorkflowExecutionInitiatedEventAttributes: started }) => started?.workflowType?.name ?? [],
  );
  return { children };
}
