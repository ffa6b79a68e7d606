import { describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { createCloseItem } from '../../src/activities/close-item.ts';
import { createPlanReader } from '../../src/activities/plan-reader.ts';
import { createSealPage } from '../../src/activities/seal-page.ts';
import { readThumbnails } from '../../src/gallery/kept-thumbnails.ts';
import type { Plan, PlannedItem } from '../../src/plan/plan.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { writePlan } from '../../src/records/run-store.ts';
import type { StepRecord } from '../../src/records/record.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { chain, laterImage, textStep } from '../support/chain-plan.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { run, sampleCall, samplePlan, succeeded } from '../support/samples.ts';

const keys = runKeys(run);

const items: readonly PlannedItem[] = [
  sampleCall(),
  chain(2, 'lamp', [
    textStep('list', 'x'),
    laterImage('draw', 'A {{ each }}', [0], { forEach: { step: 0, path: [], max: 3 } }),
  ]),
];

async function world(budget?: Plan['budget']) {
  const store = createMemoryStore();
  const records = createRecords(store);
  await writePlan(store, run, {
    plan: samplePlan({ items: items.length, ...(budget === undefined ? {} : { budget }) }),
    pageText: () => items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  });
  const part = { step: 'list' };
  const list: StepRecord = { ...succeeded({ text: '["rose"]', json: true }), part, lists: { 1: 1 } };
  await records.write(keys.step(0, 2, 'lamp', part), list);
  const seal = createSealPage({
    store,
    records,
    plans: createPlanReader(store),
  } as unknown as ActivityDependencies);
  const lines = (): readonly ResultLine[] =>
    (store.text(keys.part(0)) ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ResultLine);
  return { seal, lines, records, store };
}

describe('a page of a run with a budget', () => {
  it('counts what was billed beside the results, so that nobody else is granted it, and leaves its part as it is', async () => {
    const charge = { amount: '0.00003', certainty: 'exact' } as const;
    const beside = {
      version: 1,
      runId: run.runId,
      number: 1,
      id: 'haiku',
      kind: 'text',
      model: 'openai',
      attempts: [{ attempt: 2, at: '2026-01-02T03:04:05.000Z', code: 'duplicate', charge }],
      cost: { settled: '0.00003', unknown: { count: 0, atMost: '0' } },
    };
    const settled: string[] = [];
    for (const budget of [undefined, { amount: '1', onExceeded: 'stop' } as const]) {
      const { seal, lines, records, store } = await world(budget);
      await records.write(keys.record(0, 1, 'haiku'), succeeded());
      const key = keys.late('0000001-haiku.2-1.attempt.json');
      await store.put(key, JSON.stringify(beside), { contentType: 'application/json' });
      const { tally } = await seal({ run, page: 0, lost: [] });
      settled.push(tally.settled);
      expect(lines()[0]).toMatchObject({ id: 'haiku', cost: { settled: '0.00005' } });
    }
    // The haiku and the list, and what stands beside.
    expect(settled).toEqual(['0.0001', '0.00013']);
  });
});

describe('a page that was stopped', () => {
  it('says what the calls of its items may have cost whose worker was lost', async () => {
    const { seal, lines } = await world();
    const counts = await seal({
      run,
      page: 0,
      lost: [0],
      lostSteps: [{ position: 1, step: 1, index: 0 }],
    });
    expect(counts.tally).toMatchObject({
      cancelled: 2,
      settled: '0.00005',
      // Half a Pollen as the plan has it, and the price of a picture.
      unknown: { count: 2, atMost: '0.502' },
    });
    expect(counts.models).toEqual([{ model: 'openai', done: 1, failed: 0, settled: '0.00005' }]);
    expect(lines()[1]).toMatchObject({
      id: 'lamp',
      status: 'cancelled',
      steps: [
        { step: 'list', status: 'succeeded', text: '["rose"]' },
        { step: 'draw', index: 0, status: 'cancelled', cost: { unknown: { count: 1 } } },
      ],
      attempts: [
        { step: 'list', model: 'openai', code: 'answered' },
        { step: 'draw', index: 0, model: 'flux', code: 'lost-worker' },
      ],
    });
  });

  it('says it once, however often its seal is tried', async () => {
    const { seal } = await world();
    const input = { run, page: 0, lost: [0], lostSteps: [{ position: 1, step: 1, index: 0 }] };
    const first = await seal(input);
    expect(await seal(input)).toEqual(first);
  });

  it('counts each time that a call was lost, beside the holes that its attempts have kept', async () => {
    const { seal, lines, store } = await world();
    const hole = { attempt: 1, code: 'lost-worker', effect: { kind: 'lost' } };
    const history = { seen: 1, throttled: 0, throttledInRow: 0, notes: [hole], execution: 'first' };
    const kept = { attempts: [], cost: { settled: '0', unknown: { count: 0, atMost: '0' } }, history };
    await store.put(keys.attempts(0, 1, 'haiku'), JSON.stringify(kept), { contentType: 'application/json' });
    const input = { run, page: 0, lost: [0], losses: [2], execution: 'first' };
    const first = await seal(input);
    expect(lines()[0]?.attempts.map(({ attempt, code }) => `${attempt} ${code}`)).toEqual([
      '1 lost-worker',
      '2 lost-worker',
      '3 lost-worker',
    ]);
    expect(await seal(input)).toEqual(first);
  });

  it('counts a call once that has kept what it may have cost, but whose end came too late to its page', async () => {
    const note = { attempt: 1, at: '2026-01-02T03:04:05.000Z', code: 'aborted', effect: { kind: 'lost' } };
    const attemptsOf = async (stopped: number, execution: string) => {
      const { seal, lines, store } = await world();
      const history = {
        seen: 1,
        throttled: 0,
        throttledInRow: 0,
        notes: [note],
        execution: 'first',
        stopped,
      };
      const kept = { attempts: [], cost: { settled: '0', unknown: { count: 0, atMost: '0' } }, history };
      const contentType = 'application/json';
      await store.put(keys.attempts(0, 1, 'haiku'), JSON.stringify(kept), { contentType });
      const input = { run, page: 0, lost: [0], losses: [1], execution, round: 2 };
      const first = await seal(input);
      expect(await seal(input)).toEqual(first);
      return lines()[0]?.attempts.map(({ attempt, code }) => `${attempt} ${code}`);
    };
    expect(await attemptsOf(2, 'first')).toEqual(['1 aborted']);
    // In an earlier round, or execution: it was called again since, and lost with that.
    expect(await attemptsOf(1, 'first')).toEqual(['1 aborted', '2 lost-worker']);
    expect(await attemptsOf(2, 'second')).toEqual(['1 aborted', '2 lost-worker']);
  });

  it('counts what an execution before this one may have sent besides, once', async () => {
    const { seal, lines } = await world();
    const input = { run, page: 0, resumed: true, lost: [0], losses: [1], execution: 'second' };
    const first = await seal(input);
    expect(lines()[0]).toMatchObject({ cost: { unknown: { count: 1, atMost: '0.5' } } });
    expect(lines()[0]?.attempts.map(({ attempt, code }) => `${attempt} ${code}`)).toEqual([
      '1 lost-worker',
      '2 lost-worker',
    ]);
    expect(await seal(input)).toEqual(first);
  });

  it('leaves out nothing that a call has recorded all the same', async () => {
    const { seal, lines, records } = await world();
    const part = { step: 'draw', index: 0 };
    const late: StepRecord = { ...succeeded({ kind: 'image', model: 'flux' }), part };
    await records.write(keys.step(0, 2, 'lamp', part), late);
    await seal({ run, page: 0, lost: [], lostSteps: [{ position: 1, step: 1, index: 0 }] });
    expect(lines()[1]).toMatchObject({
      cost: { settled: '0.0001', unknown: { count: 0 } },
      steps: [{ status: 'succeeded' }, { status: 'succeeded' }],
    });
  });
});

describe('a sealed page', () => {
  it('has the small pictures of its images in one object, in order, and none of them in its lines', async () => {
    const { seal, lines, records, store } = await world();
    await records.write(keys.record(0, 2, 'lamp'), succeeded({ number: 2, id: 'lamp' }), 'Qg==');
    await records.write(keys.record(0, 1, 'haiku'), succeeded(), 'QQ==');
    await seal({ run, page: 0, lost: [] });
    expect(await readThumbnails(store, run, 0)).toEqual([
      { number: 1, image: 'QQ==' },
      { number: 2, image: 'Qg==' },
    ]);
    for (const line of lines()) expect(line).not.toHaveProperty('thumbnail');
    // Whoever reads the part of a page finds them.
    expect(store.keys().indexOf(keys.thumbnails(0))).toBeLessThan(store.keys().indexOf(keys.part(0)));
  });

  it('writes no such object where there are none, and one that is damaged counts as none', async () => {
    const { seal, store } = await world();
    await seal({ run, page: 0, lost: [] });
    expect(store.text(keys.thumbnails(0))).toBeUndefined();
    for (const body of ['{"number":1', '{"number":1,"image":"x\\" onerror="}\n', 'null\n']) {
      await store.put(keys.thumbnails(0), body, { contentType: 'application/x-ndjson' });
      expect(await readThumbnails(store, run, 0)).toEqual([]);
    }
  });
});

describe('an item of several calls', () => {
  it('has the small picture of the last image that was made for it', async () => {
    const { records, store } = await world();
    const artifact = { key: 'a.png', bytes: 1, sha256: 'a'.repeat(64), contentType: 'image/png' };
    const { text: _text, ...image } = succeeded({ number: 2, id: 'lamp', kind: 'image', artifact });
    const part = { step: 'draw', index: 0 };
    const drawn: StepRecord = { ...image, part };
    await records.write(keys.step(0, 2, 'lamp', part), drawn, 'QQ==');
    const close = createCloseItem({
      store,
      records,
      plans: createPlanReader(store),
      now: () => new Date(0),
    } as unknown as ActivityDependencies);
    await close({ run, page: 0, position: 1 });
    expect(await records.readKept(keys.record(0, 2, 'lamp'))).toMatchObject({ thumbnail: 'QQ==' });
  });
});
