import { createHash } from 'node:crypto';

import { describe, expect, vi } from 'vitest';

import { billTotal } from '../../src/report/report.ts';
import type { ItemRecord, SucceededRecord } from '../../src/records/record.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { pageWorkflowId } from '../../src/workflows/ids.ts';
import { pageProgressQuery, steerSignal } from '../../src/workflows/messages.ts';
import { chain, laterImage, laterText, startPlan, textStep } from '../support/chain-plan.ts';
import { callsInFlight, callsOf, mostAtOnce } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { eventsOf, payloadsOf } from '../support/histories.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 60_000, interval: 20 };

const listOf = (...names: readonly string[]): string => `[[answer:${JSON.stringify({ names })}]]`;

const names = {
  type: 'object',
  required: ['names'],
  properties: { names: { type: 'array', items: { type: 'string' } } },
};

function promptsOf({ emulator }: Harness): readonly string[] {
  return callsOf(emulator).map(({ body, path }) => body ?? decodeURIComponent(path));
}

/** Every call once, and the bill what the meter says. */
async function expectExact(harness: Harness, run: Parameters<Harness['files']>[0]): Promise<void> {
  const { bill, report } = harness.files(run);
  const digests = callsOf(harness.emulator).map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(digests.length);
  expect(billTotal(await bill())).toBe(harness.emulator.meter().charged);
  expect(await report()).toMatchObject({ tally: { settled: harness.emulator.meter().charged } });
}

describe.concurrent('an item of several steps', () => {
  test('ends when it is stopped, also where its page hears of a pause and its end after that', async ({
    open,
  }) => {
    const harness = await open({
      // So slow that a busy machine sees one of them after the other end as well.
      emulator: { latency: { kind: 'fixed', ms: 8_000 } },
      lanes: [
        { name: 'pictures', models: ['flux'], concurrency: 2 },
        { name: 'all', concurrency: 2, rps: 0.25 },
      ],
    });
    const { run } = await harness.submit(`version: 1
name: lamps
items:
  - samples: 60
    id: lamp
    steps:
      - { id: caption, text: 'A caption for {{ sample }}' }
      - { id: shot, image: '{{ steps.caption.text }}', params: { width: 32, height: 32 } }
`);
    await vi.waitFor(async () => expect(await callsInFlight(harness.emulator)).toBe(2), waiting);
    const page = harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0));
    await harness.handle(run).cancel();
    // One place is idle by then, and one is not.
    await vi.waitFor(async () => expect((await page.query(pageProgressQuery)).inFlight).toBe(1), waiting);
    await page.signal(steerSignal, { turn: 1, asked: 1, isPaused: true, round: 0 });
    await page.signal(steerSignal, { turn: 2, asked: 2, isPaused: false, round: 1 });
    expect(await harness.finish(run)).toMatchObject({ state: 'stopped', tally: { cancelled: 60 } });
    expect(callsOf(harness.emulator)).toHaveLength(2);
  });

  test('hands the text of one to the prompt of the next, and has a record that tells both', async ({
    open,
  }) => {
    const harness = await open();
    const items = [1, 2, 3].map((number) =>
      chain(number, `lamp-${number}`, [
        textStep('caption', `One line about lamp ${number}`),
        laterImage('shot', 'Photo: {{ steps.caption.text }}', [0]),
      ]),
    );
    const run = await startPlan(harness, items);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });

    const [record] = (await harness.files(run).records()) as [ItemRecord & { status: 'succeeded' }];
    expect(record).toMatchObject({
      kind: 'image',
      model: 'flux',
      artifact: { width: 64, height: 48 },
      steps: [
        { step: 'caption', status: 'succeeded', model: 'openai', attempts: 1 },
        { step: 'shot', status: 'succeeded', model: 'flux', attempts: 1 },
      ],
      attempts: [
        { step: 'caption', model: 'openai', code: 'answered' },
        { step: 'shot', model: 'flux', code: 'answered' },
      ],
    });
    expect(record.artifact?.key).toBe(runKeys(run).artifact(0, 1, 'lamp-1', 'jpg', { step: 'shot' }));
    const caption = record.steps?.[0]?.text ?? '';
    expect(promptsOf(harness).some((prompt) => prompt.includes(`Photo: ${caption}`))).toBe(true);
    expect(callsOf(harness.emulator)).toHaveLength(6);
    await expectExact(harness, run);
    const { models } = await harness.files(run).report();
    expect(models.map(({ model, items: calls }) => `${model} ${calls}`).sort()).toEqual([
      'flux 3',
      'openai 3',
    ]);
    const history = await harness.client.workflow.getHandle(pageWorkflowId(run.runId, 0)).fetchHistory();
    expect(payloadsOf(history).join('\n')).not.toContain(caption.slice(0, 40));
    const summaries = eventsOf(history).map(({ userMetadata }) =>
      Buffer.from(userMetadata?.summary?.data ?? []).toString('utf8'),
    );
    expect(summaries).toContain('"lamp-1.shot · flux"');
  });

  test('makes a graph with what each step needs, over a list, and mends an answer that does not fit', async ({
    open,
  }) => {
    const harness = await open({ lanes: [{ name: 'all', concurrency: 6 }] });
    const schemas = { names };
    const graph = chain(1, 'graph', [
      textStep('a', 'The first'),
      laterText('b', 'B of {{ steps.a.text }}', [0]),
      laterText('c', 'C of {{ steps.a.text }}', [0]),
      laterText('d', '{{ steps.b.text }} and {{ steps.c.text }}', [1, 2]),
    ]);
    const over = chain(2, 'over', [
      textStep('list', `Name three ${listOf('rose', 'lily', 'iris')}`, {
        expect: { json: true, schema: 'names' },
      }),
      laterImage('draw', 'A {{ each }}, number {{ index }}', [0], {
        forEach: { step: 0, path: ['names'], max: 5 },
      }),
      laterText('sum', 'Drawn: {{ steps.draw | size }} of {{ steps.list.json.names | join }}', [0, 1]),
    ]);
    const mended = chain(3, 'mended', [
      textStep('list', `Name two [[answer:{"names":[1]}]] ${listOf('oak', 'elm')}`, {
        expect: { json: true, schema: 'names' },
        repair: 2,
      }),
      laterText('next', 'First: {{ steps.list.json.names[0] }}', [0]),
    ]);
    const hopeless = chain(4, 'hopeless', [
      textStep('list', 'Name some [[answer:no JSON]]', { expect: { json: true }, repair: 1 }),
      laterText('next', 'Never {{ steps.list.text }}', [0]),
    ]);
    const refused = chain(5, 'refused', [
      textStep('a', 'Refused [[fault:422]]'),
      laterText('b', 'Never after {{ steps.a.text }}', [0]),
    ]);
    const unfillable = chain(6, 'unfillable', [
      textStep('a', 'No JSON at all'),
      laterText('b', '{{ steps.a.json.name }}', [0]),
    ]);
    const fits = chain(7, 'fits', [
      textStep('only', 'Alone ```[[answer:```json\n{"names":["ash"]}\n```]]', {
        expect: { json: true, schema: 'names' },
        repair: 1,
      }),
    ]);
    const run = await startPlan(harness, [graph, over, mended, hopeless, refused, unfillable, fits], {
      schemas,
    });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed_with_failures',
      tally: { succeeded: 4, failed: 3, settled: harness.emulator.meter().charged },
    });

    const records = await harness.files(run).records();
    const outcomes = records.map(({ id, status, steps = [] }) => [
      id,
      status,
      steps.map(({ step, index, repair, status: ended }) => [step, index, repair, ended].join(' ')),
    ]);
    expect(outcomes).toEqual([
      ['graph', 'succeeded', ['a   succeeded', 'b   succeeded', 'c   succeeded', 'd   succeeded']],
      [
        'over',
        'succeeded',
        [
          'list   succeeded',
          'draw 0  succeeded',
          'draw 1  succeeded',
          'draw 2  succeeded',
          'sum   succeeded',
        ],
      ],
      ['mended', 'succeeded', ['list   failed', 'list  1 succeeded', 'next   succeeded']],
      ['hopeless', 'failed', ['list   failed', 'list  1 failed']],
      ['refused', 'failed', ['a   failed']],
      ['unfillable', 'failed', ['a   succeeded', 'b   failed']],
      ['fits', 'succeeded', ['only   succeeded']],
    ]);
    const faults = records.flatMap((record) => (record.status === 'failed' ? [record.fault.code] : []));
    expect(faults).toEqual(['output-invalid', 'content-policy', 'step-unfillable']);
    expect(records[6]).toMatchObject({ text: '{"names":["ash"]}', json: true, doubt: expect.any(String) });

    const prompts = promptsOf(harness);
    for (const prompt of ['A rose, number 0', 'A lily, number 1', 'A iris, number 2', 'First: oak']) {
      expect(prompts.filter((sent) => sent.includes(prompt))).toHaveLength(1);
    }
    expect(prompts.some((prompt) => prompt.includes('Drawn: 3 of rose lily iris'))).toBe(true);
    expect(prompts.some((prompt) => prompt.includes('Never'))).toBe(false);
    const repair = prompts.find((prompt) => prompt.includes('That cannot be used') && prompt.includes('two'));
    expect(repair).toContain('/names/0 must be string');
    expect(repair).toContain(String.raw`{\"names\":[1]}`);
    expect(callsOf(harness.emulator)).toHaveLength(4 + 5 + 3 + 2 + 1 + 1 + 1);
    await expectExact(harness, run);
    expect((await harness.files(run).errors()).map(({ id }) => id)).toEqual([
      'hopeless',
      'refused',
      'unfillable',
    ]);
  });

  test('shows a vision model the very image that an earlier step made', async ({ open }) => {
    const harness = await open();
    const run = await startPlan(harness, [
      chain(1, 'seen', [
        textStep('idea', 'A lamp'),
        laterImage('shot', 'A lamp', [0]),
        laterText('look', 'What is this?', [1], { images: ['{{ steps.shot.image }}'] }),
      ]),
    ]);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });

    const [record] = await harness.files(run).records();
    const shot = record?.steps?.find(({ step }) => step === 'shot');
    const sent = /data:image\/jpeg;base64,([^"]+)/.exec(callsOf(harness.emulator).at(-1)?.body ?? '')?.[1];
    const bytes = Buffer.from(sent ?? '', 'base64');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(shot?.sha256);
    const kept = await harness.session.store.get(runKeys(run).request(0, 1, 'seen', { step: 'look' }));
    const request = Buffer.from(kept?.body ?? []).toString('utf8');
    expect(request).toContain(`attachment:${shot?.sha256}`);
    expect(request).not.toContain('data:image');
    await expectExact(harness, run);
  });

  test('spreads a list over all places of its lane, which were given back while there was one call', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 600 } },
      lanes: [{ name: 'all', concurrency: 12 }],
    });
    const words = Array.from({ length: 10 }, (_, index) => `w${index}`);
    const run = await startPlan(harness, [
      chain(1, 'wide', [
        textStep('list', `Words ${listOf(...words)}`),
        laterText('each', 'Tell of {{ each }}', [0], { forEach: { step: 0, path: ['names'], max: 12 } }),
      ]),
    ]);
    expect(await harness.finish(run)).toMatchObject({ state: 'completed' });
    const calls = callsOf(harness.emulator);
    expect(calls).toHaveLength(11);
    // With its one place alone they would come one by one; a busy machine may be late with many.
    expect(mostAtOnce(calls, 600)).toBeGreaterThan(1);
    const [record] = await harness.files(run).records();
    expect(JSON.parse((record as SucceededRecord).text ?? '')).toHaveLength(10);
  });

  test('is cancelled by a stop between its steps, and what it cost is in results and bill', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 700 } },
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    // So many steps that no stop comes too late for any of them.
    const later = Array.from({ length: 12 }, (_, step) =>
      laterText(`s${step + 1}`, `${step}: {{ steps.s${step}.sha256 }}`, [step]),
    );
    const items = Array.from({ length: 8 }, (_, index) =>
      chain(index + 1, `bee-${index + 1}`, [textStep('s0', `Bee number ${index + 1}`), ...later]),
    );
    const run = await startPlan(harness, items, { name: 'stopped' });
    await vi.waitFor(() => expect(callsOf(harness.emulator).length).toBeGreaterThan(4), waiting);
    await harness.handle(run).cancel();
    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      tally: { succeeded: 0, failed: 0, cancelled: 8 },
    });

    const made = (await harness.files(run).results()).flatMap((line) => line.steps ?? []);
    expect(made.length).toBe(callsOf(harness.emulator).length);
    expect(made.every(({ status }) => status === 'succeeded')).toBe(true);
    await expectExact(harness, run);
  });

  test('takes over the steps that are done when its run goes on after it was terminated', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 500 } },
      lanes: [{ name: 'all', concurrency: 4 }],
    });
    const items = Array.from({ length: 6 }, (_, index) =>
      chain(index + 1, `bee-${index + 1}`, [
        textStep('caption', `Bee number ${index + 1} ${listOf(`a${index}`, `b${index}`)}`),
        laterText('each', 'Tell of {{ each }}', [0], {
          forEach: { step: 0, path: ['names'], max: 3 },
        }),
      ]),
    );
    const run = await startPlan(harness, items, { name: 'resumed' });
    await vi.waitFor(() => expect(callsOf(harness.emulator).length).toBeGreaterThan(6), waiting);
    await harness.handle(run).terminate('by the test');
    await startPlan(harness, items, { name: 'resumed', resumed: true });
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 6 } });
    expect(harness.emulator.meter().generations).toBe(18);
    const records = await harness.files(run).records();
    expect(records.map(({ steps = [] }) => steps.length)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(records[0]).toMatchObject({ json: true });
    // A call that was under way is paid for once: the cache tells whether its first try was.
    const { bill, report } = harness.files(run);
    const { charged } = harness.emulator.meter();
    expect(billTotal(await bill())).toBe(charged);
    expect(await report()).toMatchObject({ tally: { settled: charged, unknown: { count: 0 } } });
  });
});
