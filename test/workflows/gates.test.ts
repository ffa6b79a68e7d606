import { describe, expect, vi } from 'vitest';

import { get } from '../../src/commands/runs/get.ts';
import { detailsText } from '../../src/commands/render/run-text.ts';
import { retry } from '../../src/commands/retry/retry.ts';
import { approve, resume, setRun, stop, suspend } from '../../src/commands/runs/steer.ts';
import { keepChange } from '../../src/records/changes.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { runViewQuery, type RunView } from '../../src/workflows/messages.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 150_000, interval: 50 };
const latencyMs = 400;
const slow = { latency: { kind: 'fixed', ms: latencyMs } } as const;
const twoLanes = [
  { name: 'all', concurrency: 4 },
  { name: 'pictures', models: ['flux'], concurrency: 4 },
];

function texts(count: number, fault = ''): string {
  return `  - prompts: [${Array.from({ length: count }, (_, index) => `"bee ${index}${fault}"`).join(', ')}]`;
}

function chains(count: number): string {
  return `  - samples: ${count}
    id: told
    steps:
      - { id: tale, text: 'Number {{ sample }}' }
      - { id: shot, image: '{{ steps.tale.text }}', params: { width: 32, height: 32 } }`;
}

function job(name: string, head: string, ...items: readonly string[]): string {
  return `version: 1\nname: ${name}\n${head}\ndefaults: { text: { max_tokens: 20 } }\nitems:\n${items.join('\n')}\n`;
}

async function untilAsked({ handle }: Harness, run: RunLocation): Promise<RunView> {
  return vi.waitFor(async () => {
    const view = await handle(run).query(runViewQuery);
    expect(view.paused?.map(({ reason }) => reason)).toEqual(['approval']);
    return view;
  }, waiting);
}

async function expectWhole({ session }: Harness, run: RunLocation): Promise<void> {
  expect((await verifyRun(session.store, run)).findings).toEqual([]);
}

describe.concurrent('a canary', { timeout: 400_000 }, () => {
  test('is made alone, and lets the others go on by itself where its rule is kept', async ({ open }) => {
    const harness = await open({ emulator: slow });
    const yaml = job('good', 'canary: { items: 3, maxCost: "1" }', texts(12));
    const { run, plan } = await harness.submit(yaml);
    expect(plan.pages.map(({ canary, calls }) => [canary, calls])).toEqual([
      [true, 3],
      [undefined, 9],
    ]);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 12 } });

    const times = callsOf(harness.emulator).map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(12);
    // The others come when all of the canary have been answered.
    expect((times[3] ?? 0) - (times[2] ?? 0)).toBeGreaterThanOrEqual(latencyMs - 10);
    await expectWhole(harness, run);
  });

  test('over two lanes, with steps and a budget, waits for a person when one of its items fails, and its run makes no other call', async ({
    open,
  }) => {
    const harness = await open({ lanes: twoLanes });
    const head = 'canary: 4\nbudget: "1"';
    const wrong = '  - { id: wrong, text: "Wrong [[fault:422:1]]" }';
    const picture = '  - { id: lamp, image: A lamp, params: { width: 32, height: 32 } }';
    const yaml = job(
      'crossing',
      head,
      chains(2),
      wrong,
      picture,
      texts(6),
      chains(3).replace('told', 'later'),
    );
    const { run } = await harness.submit(yaml);
    const { paused, tally } = await untilAsked(harness, run);
    expect(tally).toMatchObject({ succeeded: 3, failed: 1 });
    expect(paused).toMatchObject([
      {
        message: `the canary has ended: 1 of 4 items failed, which is more than maxFailureRate 0; it cost ${harness.emulator.meter().charged} Pollen`,
        remedy: `Look at it with \`pollen-batch get ${run.runId}\` and in the bucket; then let the rest go on with \`pollen-batch approve ${run.runId}\`, or end it with \`pollen-batch stop ${run.runId}\`.`,
      },
    ]);
    expect(callsOf(harness.emulator)).toHaveLength(6);
    // That is no matter of going on.
    expect(await resume(harness.session.temporal, run.runId)).toMatchObject({ state: 'paused' });

    expect(await approve(harness.session.temporal, run.runId, 'fine')).toMatchObject({ state: 'running' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed_with_failures',
      tally: { succeeded: 12, failed: 1, settled: harness.emulator.meter().charged },
    });
    await expectWhole(harness, run);
  });

  test('waits for days: after its worker has left, and after its run was ended from outside, and asks no more once it was approved', async ({
    open,
  }) => {
    const harness = await open({ workers: 0 });
    const leave = await harness.startWorker();
    const yaml = job('patient', 'canary: { items: 2, approve: manual }', texts(6));
    const { run } = await harness.submit(yaml);
    await untilAsked(harness, run);
    await leave();
    await harness.startWorker();
    await untilAsked(harness, run);
    await harness.handle(run).terminate();
    expect(await harness.submit(yaml)).toMatchObject({ run, status: 'started' });
    expect(await untilAsked(harness, run)).toMatchObject({ tally: { succeeded: 2 } });
    expect(callsOf(harness.emulator)).toHaveLength(2);

    // As if it had been ended right after it was approved.
    const at = new Date().toISOString();
    await keepChange(harness.session.store, run, { version: 1, at, kind: 'approve' });
    await harness.handle(run).terminate();
    await harness.submit(yaml);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 6 } });
    expect(callsOf(harness.emulator)).toHaveLength(6);
    await expectWhole(harness, run);
  });

  test('that is stopped leaves the others cancelled; one as large as its job asks nobody', async ({
    open,
  }) => {
    const harness = await open();
    const head = 'canary: { items: 2, approve: manual }';
    const { run } = await harness.submit(job('stopped', head, texts(6)));
    await untilAsked(harness, run);
    await stop(harness.session.temporal, run.runId, 'bad pictures');
    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      tally: { succeeded: 2, cancelled: 4 },
    });
    await expectWhole(harness, run);

    const { run: small } = await harness.submit(job('small', head, texts(2)));
    expect(await harness.finish(small)).toMatchObject({ state: 'completed', tally: { succeeded: 2 } });
  });
});

describe.concurrent('a deadline', { timeout: 400_000 }, () => {
  test('ends a run with what it has, its report and an exact bill, and a retry calls for the rest', async ({
    open,
  }) => {
    const harness = await open({ emulator: slow, lanes: [{ name: 'all', concurrency: 2 }] });
    const { run } = await harness.submit(job('late', 'deadline: 5s', texts(60), chains(2)));
    const outcome = await harness.finish(run);
    expect(outcome.state).toBe('expired');
    const { succeeded, expired = 0, cancelled } = outcome.tally;
    expect([succeeded + expired, cancelled]).toEqual([62, 0]);
    expect(expired).toBeGreaterThan(0);

    const results = await harness.files(run).results();
    expect(results.filter(({ status }) => status === 'expired')).toHaveLength(expired);
    expect(await harness.files(run).report()).toMatchObject({
      state: 'expired',
      tally: { expired, settled: harness.emulator.meter().charged },
    });
    await expectWhole(harness, run);
    expect(detailsText(harness.session, await get(harness.session, run.runId))).toContain(
      `${run.runId}: expired. ${succeeded} succeeded, ${expired} expired in `,
    );

    const again = await retry(harness.session, run.runId, { newSeeds: false });
    expect(again.left).toEqual({ failed: 0, cancelled: expired, reseeded: 0 });
    // It has a deadline of the same length.
    const second = await harness.finish(again.run);
    expect(second.tally.succeeded).toBeGreaterThanOrEqual(succeeded);
    expect(second.tally.reused ?? 0).toBe(succeeded);
    await expectWhole(harness, again.run);
  });

  test('ends a paused run, and one that nobody has worked on until then, as after it was ended from outside', async ({
    open,
  }) => {
    const harness = await open({ workers: 0, emulator: slow, lanes: [{ name: 'all', concurrency: 1 }] });
    const yaml = job('idle', 'deadline: 2s', texts(5));
    const idle = await harness.submit(yaml);
    await harness.handle(idle.run).terminate();
    const past = Date.parse(idle.plan.createdAt) + 2_000;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(past), waiting);
    await harness.submit(yaml);
    await harness.startWorker();
    expect(await harness.finish(idle.run)).toMatchObject({ state: 'expired', tally: { expired: 5 } });
    expect(callsOf(harness.emulator)).toEqual([]);
    await expectWhole(harness, idle.run);

    const held = await harness.submit(job('held', 'deadline: 1h', texts(100)));
    const { temporal } = harness.session;
    await suspend(temporal, held.run.runId, undefined);
    await vi.waitFor(async () => {
      expect(await harness.handle(held.run).query(runViewQuery)).toMatchObject({
        state: 'paused',
        endsAt: new Date(Date.parse(held.plan.createdAt) + 3_600_000).toISOString(),
      });
    }, waiting);
    const soon = new Date(Date.now() + 2_000).toISOString();
    expect(await setRun(temporal, held.run.runId, { deadline: soon })).toMatchObject({ endsAt: soon });
    const outcome = await harness.finish(held.run);
    expect(outcome).toMatchObject({ state: 'expired', tally: { failed: 0, cancelled: 0 } });
    expect(outcome.tally.expired).toBeGreaterThan(0);
    await expectWhole(harness, held.run);
  });

  test('that was changed is the one that holds, also for an execution to come', async ({ open }) => {
    const harness = await open({ workers: 0 });
    const { run } = await harness.submit(job('moved', 'deadline: 1s', texts(3)));
    const at = new Date().toISOString();
    await keepChange(harness.session.store, run, { version: 1, at, kind: 'deadline', endsAt: null });
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Date.parse(at) + 1_000), waiting);
    await harness.startWorker();
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });
  });

  test('that comes after the last item has ended changes nothing', async ({ open }) => {
    const harness = await open();
    const { run } = await harness.submit(job('quick', 'deadline: 1h', texts(3)));
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });
  });
});

describe.concurrent('fail-fast', { timeout: 400_000 }, () => {
  const fast = { lanes: [{ name: 'all', concurrency: 4 }] };

  test('stops a job of which everything fails after little more than its window', async ({ open }) => {
    const harness = await open(fast);
    const { run } = await harness.submit(job('broken', 'failFast: 0.5', texts(120, ' [[fault:422]]')));
    const outcome = await harness.finish(run);
    expect(outcome).toMatchObject({ state: 'stopped', because: 'fail-fast', tally: { succeeded: 0 } });
    // A window of 20, what the page has not told, and what was in flight and at hand meanwhile.
    expect(outcome.tally.failed).toBeGreaterThanOrEqual(20);
    expect(outcome.tally.failed).toBeLessThan(60);
    expect(detailsText(harness.session, await get(harness.session, run.runId))).toContain(
      'stopped, as too many items failed',
    );
    await expectWhole(harness, run);
  });

  test('leaves a job alone of which fewer fail, and costs a job without it no event', async ({ open }) => {
    const harness = await open(fast);
    const some = Array.from(
      { length: 60 },
      (_, index) => `"bee ${index}${index % 5 === 0 ? ' [[fault:422]]' : ''}"`,
    );
    const items = `  - prompts: [${some.join(', ')}]`;
    const { run } = await harness.submit(job('healthy', 'failFast: { rate: 0.5, window: 10 }', items));
    const { run: plain } = await harness.submit(job('plain', 'description: none', items));
    const ended = { state: 'completed_with_failures', tally: { succeeded: 48, failed: 12 } };
    expect(await harness.finish(run)).toMatchObject(ended);
    expect(await harness.finish(plain)).toMatchObject(ended);
    await expectWhole(harness, run);
  });
});
