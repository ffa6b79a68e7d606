import { describe, expect, vi } from 'vitest';

import type { JournalEntry } from '../../src/emulator/index.ts';
import { pageWorkflowId } from '../../src/workflows/ids.ts';
import { callsOf, mostAtOnce } from '../support/calls.ts';
import { eventsOf, type HistoryEvent } from '../support/histories.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 120_000, interval: 50 };
const latencyMs = 1_000;
const slow = { latency: { kind: 'fixed', ms: latencyMs } } as const;

const isText = ({ method }: JournalEntry): boolean => method === 'POST';
const isPicture = ({ method }: JournalEntry): boolean => method === 'GET';

function texts(name: string, count: number): string {
  const prompts = Array.from({ length: count }, (_, index) => `    - ${name} ${index}`);
  return `  - prompts:\n${prompts.join('\n')}`;
}

function pictures(count: number): string {
  const prompts = Array.from({ length: count }, (_, index) => `    - Picture ${index}`);
  return `  - prompts:\n${prompts.join('\n')}\n    kind: image\n    params: { width: 32, height: 32 }`;
}

/** Items of a text, a picture of it, and a text on that. */
function thereAndBack(count: number): string {
  return `  - samples: ${count}
    id: there
    steps:
      - { id: caption, text: 'A caption for {{ sample }}' }
      - { id: shot, image: '{{ steps.caption.text }}', params: { width: 32, height: 32 } }
      - { id: tale, text: 'Number {{ sample }}', needs: [shot] }`;
}

/** Items of a picture, a text on it, and another picture. */
function backAndThere(count: number): string {
  return `  - samples: ${count}
    id: back
    steps:
      - { id: first, image: 'A bee, number {{ sample }}', params: { width: 32, height: 32 } }
      - { id: tale, text: 'The picture {{ sample }}', needs: [first] }
      - { id: second, image: '{{ steps.tale.text }}', params: { width: 32, height: 32 } }`;
}

function job(name: string, ...items: readonly string[]): string {
  return `version: 1\nname: ${name}\nitems:\n${items.join('\n')}\n`;
}

describe.concurrent('a lane', () => {
  test.for([1, 2])(
    'keeps a run within its concurrency, and beside it another lane within its own, over %i workers',
    async (workers, { open }) => {
      const { submit, finish, emulator, files } = await open({
        workers,
        emulator: slow,
        lanes: [
          { name: 'all', concurrency: 5 },
          { name: 'pictures', models: ['flux'], concurrency: 3 },
        ],
      });
      const { run, plan } = await submit(job('lanes', texts('bee', 15), pictures(9)));
      expect(await finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 24 } });

      expect(plan.pages).toMatchObject([{ lane: 'all' }, { lane: 'pictures' }]);
      const calls = callsOf(emulator);
      const textsAtOnce = mostAtOnce(calls.filter(isText), latencyMs);
      const picturesAtOnce = mostAtOnce(calls.filter(isPicture), latencyMs);
      expect(textsAtOnce).toBeLessThanOrEqual(5);
      expect(picturesAtOnce).toBeLessThanOrEqual(3);
      // A busy machine may not get them all under way within a call's time.
      expect(Math.min(textsAtOnce, picturesAtOnce)).toBeGreaterThanOrEqual(2);
      expect(Math.max(...calls.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(8);
      expect((await files(run).results()).length).toBe(24);
    },
  );

  test.for([1, 2])(
    'is kept within its concurrency by items whose steps are of several lanes, over %i workers',
    async (workers, { open }) => {
      const { submit, finish, emulator } = await open({
        workers,
        emulator: slow,
        lanes: [
          { name: 'all', concurrency: 4 },
          { name: 'pictures', models: ['flux'], concurrency: 2 },
        ],
      });
      const { run, plan } = await submit(job('crossing', thereAndBack(8), backAndThere(4), texts('bee', 4)));
      expect(await finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 16 } });

      expect(plan.pages).toEqual([
        { page: 0, lane: 'all', others: ['pictures'], calls: 8 },
        { page: 1, lane: 'pictures', others: ['all'], calls: 4 },
        { page: 2, lane: 'all', calls: 4 },
      ]);
      const calls = callsOf(emulator);
      const textsAtOnce = mostAtOnce(calls.filter(isText), latencyMs);
      expect(textsAtOnce).toBeLessThanOrEqual(4);
      expect(textsAtOnce).toBeGreaterThanOrEqual(2);
      expect(mostAtOnce(calls.filter(isPicture), latencyMs)).toBeLessThanOrEqual(2);
    },
  );

  test('shares what a job allows itself with the other lanes of the job', async ({ open }) => {
    const { submit, finish, emulator } = await open({
      workers: 2,
      emulator: slow,
      lanes: [
        { name: 'all', concurrency: 8 },
        { name: 'pictures', models: ['flux'], concurrency: 8 },
      ],
    });
    const head = 'limits: { concurrency: 3 }\n';
    const { run } = await submit(head + job('limited', texts('bee', 9), pictures(3)));
    expect(await finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 12 } });
    const calls = callsOf(emulator);
    expect(mostAtOnce(calls, latencyMs)).toBeLessThanOrEqual(3);
    expect(Math.max(...calls.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(3);
    // Its pictures did not wait for all of its texts.
    expect(calls.findIndex(isPicture)).toBeLessThan(6);
  });

  test('keeps one worker within its concurrency over all its runs', async ({ open }) => {
    const { submit, finish, emulator } = await open({
      emulator: slow,
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    const runs = await Promise.all(['one', 'two'].map((name) => submit(job(name, texts(name, 8)))));
    await Promise.all(runs.map(({ run }) => finish(run)));

    expect(mostAtOnce(callsOf(emulator), latencyMs)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...callsOf(emulator).map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(4);
  });

  test.for([1, 2])('keeps to its rate, over %i workers', async (workers, { open }) => {
    const { submit, finish, emulator, client } = await open({
      workers,
      lanes: [{ name: 'all', concurrency: 64, rps: 4 }],
    });
    const { run } = await submit(job('rates', pictures(24)));
    await finish(run);

    const calls = callsOf(emulator);
    expect(calls).toHaveLength(24);
    // From when the calls could have begun: a busy machine makes this longer, and never shorter.
    const history = await client.workflow.getHandle(pageWorkflowId(run.runId, 0)).fetchHistory();
    const due = eventsOf(history).find(
      ({ activityTaskScheduledEventAttributes: scheduled }) =>
        scheduled?.activityType?.name === 'generateImage',
    );
    const seconds = (Date.parse(calls.at(-1)?.time ?? '') - millisecondsOf(due)) / 1_000;
    // The first seconds may start some calls more. With a limit for each worker it would take a third of the time.
    expect(seconds).toBeGreaterThan((24 - 3 * 4) / 4);
  });

  test('holds no other lane up, however slow it is', async ({ open }) => {
    const { submit, finish, handle, emulator } = await open({
      workers: 2,
      lanes: [
        { name: 'all', concurrency: 16 },
        { name: 'pictures', models: ['flux'], concurrency: 64, rps: 0.1 },
      ],
    });
    const { run } = await submit(job('slow', pictures(24), texts('bee', 10)));
    await vi.waitFor(() => expect(callsOf(emulator).filter(isText)).toHaveLength(10), waiting);
    // At their rate all of them take four minutes.
    expect(callsOf(emulator).filter(isPicture).length).toBeLessThan(24);
    await handle(run).cancel();
    expect(await finish(run)).toMatchObject({ state: 'stopped' });
  });
});

function millisecondsOf(event: HistoryEvent | undefined): number {
  const { seconds, nanos } = event?.eventTime ?? {};
  return Number(seconds) * 1_000 + Number(nanos) / 1e6;
}
