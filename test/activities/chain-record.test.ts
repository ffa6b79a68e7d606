import { describe, expect, it } from 'vitest';

import { chainRecord } from '../../src/activities/chain-record.ts';
import { billLines, billTotal } from '../../src/report/report.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import { resultLine, tallyLine } from '../../src/report/result-line.ts';
import type { PlannedChain } from '../../src/plan/plan.ts';
import type { KeptAttempts, StepRecord } from '../../src/records/record.ts';
import type { CallPart } from '../../src/storage/keys.ts';
import { chain, laterImage, laterText, textStep } from '../support/chain-plan.ts';
import { failed, now, run, samplePlan, succeeded } from '../support/samples.ts';

const item = {
  ...chain(3, 'lamp', [
    textStep('list', 'x', { repair: 1 }),
    laterImage('draw', '{{ each }}', [0], { forEach: { step: 0, path: [], max: 3 } }),
    laterText('sum', '{{ steps.draw | size }}', [1]),
  ]),
  customId: 'row/3',
  vars: { colour: 'red' },
};

const cost = (settled: string) => ({ settled, unknown: { count: 0, atMost: '0' } });
const attempt = (attempt_: number, amount: string) => ({
  attempt: attempt_,
  code: 'answered',
  charge: { amount, certainty: 'exact' as const },
});

function good(part: CallPart, amount: string, more: object = {}): StepRecord {
  return { ...succeeded({ cost: cost(amount), attempts: [attempt(1, amount)] }), part, ...more };
}
function bad(part: CallPart, amount: string, more: object = {}): StepRecord {
  return { ...failed({ cost: cost(amount), attempts: [attempt(1, amount)] }), part, ...more };
}

const list = [
  bad({ step: 'list' }, '0.1'),
  good({ step: 'list', repair: 1 }, '0.02', { lists: { 1: 2 }, text: '["a","b"]', json: true }),
];
const draw = (index: number): StepRecord =>
  good({ step: 'draw', index }, '0.003', { kind: 'image', model: 'flux', throttled: 2 });
const sum = good({ step: 'sum' }, '0.0004', { text: 'Two', finishReason: 'stop' });

const record = (
  records: readonly StepRecord[],
  kept: readonly KeptAttempts[] = [],
  of: PlannedChain = item,
) => chainRecord({ run, page: 0 }, of, { records, kept }, now).record;

describe('the record of an item of several calls', () => {
  it('is the answer of its last step, with all its calls in order and their costs added up', () => {
    // As a listing gives them: by name.
    const whole = record([draw(1), draw(0), ...list, sum]);
    expect(whole).toMatchObject({
      number: 3,
      id: 'lamp',
      customId: 'row/3',
      vars: { colour: 'red' },
      kind: 'text',
      model: 'openai',
      seed: 7,
      digest: item.digest,
      status: 'succeeded',
      text: 'Two',
      finishReason: 'stop',
      cost: cost('0.1264'),
      throttled: 4,
    });
    expect(whole.steps?.map(({ step, index, repair, status }) => [step, index, repair, status])).toEqual([
      ['list', undefined, undefined, 'failed'],
      ['list', undefined, 1, 'succeeded'],
      ['draw', 0, undefined, 'succeeded'],
      ['draw', 1, undefined, 'succeeded'],
      ['sum', undefined, undefined, 'succeeded'],
    ]);
    expect(whole.attempts.map(({ step, model }) => `${step} ${model}`)).toEqual([
      'list openai',
      'list openai',
      'draw flux',
      'draw flux',
      'sum openai',
    ]);
  });

  it('is the list of its answers where the last step goes over a list', () => {
    const of = { ...item, steps: item.steps.slice(0, 2) };
    const key = (index: number): string => `runs/bees/x/items/00000/0000003-lamp.draw.${index}.png`;
    const artifact = (index: number) => ({
      text: undefined,
      artifact: { key: key(index), bytes: 1, sha256: 'a', contentType: 'image/png' },
    });
    expect(record([...list, { ...draw(0), ...artifact(0) } as StepRecord, draw(1)], [], of)).toMatchObject({
      text: JSON.stringify(['0000003-lamp.draw.0.png', 'A bee, a bloom']),
      json: true,
    });
    const empty = good({ step: 'list' }, '0', { lists: { 1: 0 } });
    expect(record([empty], [], of)).toMatchObject({ status: 'succeeded', text: '[]' });
  });

  it('has the JSON of its answers as they gave it, however deep it is nested', () => {
    const of = { ...item, steps: item.steps.slice(0, 2) };
    const deep = `${'['.repeat(20_000)}1.50${']'.repeat(20_000)}`;
    const answers = [deep, '{ "a": 1 }'].map((text, index) => ({ ...draw(index), text, json: true }));
    expect(record([...list, ...(answers as StepRecord[])], [], of)).toMatchObject({
      json: true,
      text: `[${deep},{ "a": 1 }]`,
    });
  });

  it('holds 64 KB of texts, its own first, and names the files of all others', () => {
    const of = { ...item, steps: item.steps.slice(0, 2) };
    const long = (index: number, bytes: number): StepRecord => ({
      ...good({ step: 'draw', index }, '0', { text: String(index).repeat(bytes) }),
    });
    const write = (first: number, second: number) =>
      chainRecord(
        { run, page: 0 },
        of,
        { records: [...list, long(0, first), long(1, second)], kept: [] },
        now,
      );
    const key = (name: string): string => expect.stringContaining(`items/00000/0000003-lamp.${name}`);

    const small = write(16_000, 16_000);
    expect(small.outgrown).toEqual([]);
    expect(small.record.steps?.map(({ text }) => text?.length)).toEqual([undefined, 9, 16_000, 16_000]);

    const middling = write(20_000, 20_000);
    expect(middling.record).toMatchObject({ text: expect.stringMatching(/^\["0{20000}","1{20000}"\]$/) });
    expect(middling.record.steps?.map(({ text }) => text?.length)).toEqual([undefined, 9, 20_000, undefined]);
    expect(middling.record.steps?.at(-1)?.artifact).toMatchObject({ key: key('draw.1.txt'), bytes: 20_000 });

    const large = write(40_000, 40_000);
    expect(large.record).toMatchObject({ json: true, artifact: { key: key('json'), bytes: 80_007 } });
    expect('text' in large.record).toBe(false);
    expect(large.outgrown.map(({ artifact, text }) => [artifact.key, text.length])).toEqual([
      [key('json'), 80_007],
      [key('draw.1.txt'), 40_000],
    ]);
    expect(JSON.stringify(large.record).length).toBeLessThan(64 * 1024);
  });

  it('fails with the first step that failed, and not with an answer that was mended', () => {
    const fault = { code: 'content-policy', status: 422, message: 'no', remedy: 'Reword.' };
    expect(record([...list, draw(0), bad({ step: 'draw', index: 1 }, '0', { fault })])).toMatchObject({
      status: 'failed',
      fault: { ...fault, message: 'step draw.1: no' },
      cost: cost('0.123'),
    });
    const twice = [bad({ step: 'list' }, '0.1'), bad({ step: 'list', repair: 1 }, '0.1', { fault })];
    expect(record(twice)).toMatchObject({ status: 'failed', fault: { message: 'step list.r1: no' } });
  });

  it('fails with a step that failed, though one before it was never made', () => {
    const of = {
      ...item,
      ...chain(3, 'lamp', [
        textStep('first', 'x'),
        laterText('second', '{{ steps.first.text }}', [0]),
        textStep('third', 'z'),
      ]),
    };
    const records = [good({ step: 'first' }, '0.1'), bad({ step: 'third' }, '0.1')];
    expect(record(records, [], of)).toMatchObject({
      status: 'failed',
      fault: { message: expect.stringContaining('step third: ') },
      cost: cost('0.2'),
    });
  });

  it('is not written before all is done', () => {
    expect(() => record([...list, draw(0), sum])).toThrow('step draw of item lamp is not done');
    expect(() => record(list.slice(1))).toThrow('is not done');
  });
});

describe('an item of several calls without a record', () => {
  const part = { step: 'draw', index: 1 };
  const lost = {
    attempt: 1,
    code: 'lost-worker',
    charge: { amount: '0.002', certainty: 'unknown' as const },
  };
  const kept: KeptAttempts = {
    part,
    attempts: [lost],
    cost: { settled: '0', unknown: { count: 1, atMost: '0.002' } },
  };
  const spent: KeptAttempts = { ...kept, part: { step: 'list' } };

  it('is cancelled, with what its calls came to, and what may have been charged', () => {
    const line = resultLine(item, undefined, { records: [...list, draw(0)], kept: [kept, spent] });
    expect(line).toMatchObject({
      status: 'cancelled',
      customId: 'row/3',
      vars: { colour: 'red' },
      cost: { settled: '0.123', unknown: { count: 1, atMost: '0.002' } },
      throttled: 2,
    });
    expect(tallyLine(line).throttled).toBe(2);
    expect(line.steps?.map(({ step, status }) => `${step} ${status}`)).toEqual([
      'list failed',
      'list succeeded',
      'draw succeeded',
      'draw cancelled',
    ]);
    const bill = billLines(line);
    expect(bill.at(-1)).toMatchObject({ step: 'draw', index: 1, model: 'flux', certainty: 'unknown' });
    expect(billTotal(bill)).toBe('0.123');
  });

  it('counts in the report by call for its models, and once as an item', () => {
    const fold = createReportFold(samplePlan({ items: 2 }));
    fold.add(record([...list, draw(0), draw(1), sum]));
    fold.add(resultLine(item, undefined, { records: list, kept: [kept] }));
    const { tally, models } = fold.report('stopped', now.toISOString());
    expect(tally).toMatchObject({ succeeded: 1, cancelled: 1, settled: '0.2464', unknown: { count: 1 } });
    expect(
      models.map(({ model, items, tally: own }) => [model, items, own.settled, own.unknown.count]),
    ).toEqual([
      ['openai', 5, '0.2404', 0],
      ['flux', 3, '0.006', 1],
    ]);
  });
});
