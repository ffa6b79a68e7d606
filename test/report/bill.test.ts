import { describe, expect, it } from 'vitest';

import { createBillFold } from '../../src/report/bill.ts';
import { billRows, type BillContext } from '../../src/report/bill-rows.ts';
import type { AttemptRecord } from '../../src/records/record.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { failed, succeeded } from '../support/samples.ts';

const exact = (amount: string) => ({ amount, certainty: 'exact' }) as const;
const unknown = (amount: string | null) => ({ amount, certainty: 'unknown' }) as const;
const free = { amount: '0', certainty: 'free' } as const;
const nothing = { settled: '0', unknown: { count: 0, atMost: '0' } } as const;
const hit = { status: 'hit' } as const;

const context: BillContext = {
  priceOf: (_kind, model) => (model === 'openai' ? '0.3' : null),
  correct: (_, charge) => charge,
};

function attempt(number: number, code: string, charge: AttemptRecord['charge'], rest = {}): AttemptRecord {
  return { attempt: number, code, charge, ...rest };
}
function fates(line: ResultLine, more: Partial<BillContext> = {}): readonly string[] {
  return billRows(line, { ...context, ...more }).map(({ fate }) => fate);
}
function figuresOf(...lines: readonly ResultLine[]) {
  const fold = createBillFold();
  for (const line of lines) for (const row of billRows(line, context)) fold.add(row);
  return fold.figures();
}

describe('what became of the money of an attempt', () => {
  it('is kept where its answer is the result, and wasted where the answer was refused, lost or not stored', () => {
    const attempts = [
      attempt(1, 'truncated', exact('0.1')),
      attempt(2, 'not-stored', exact('0.1')),
      attempt(3, 'server-error', free),
      attempt(4, 'lost-worker', unknown('0.5')),
      attempt(5, 'answered', exact('0.1'), { cache: { status: 'miss' } }),
    ];
    expect(fates(succeeded({ attempts }))).toEqual(['wasted', 'wasted', 'free', 'unknown', 'kept']);
    expect(fates(failed({ attempts: [attempt(1, 'output-invalid', exact('0.1'))] }))).toEqual(['wasted']);
    expect(fates(succeeded({ attempts: [attempt(1, 'duplicate', exact('0.1'))] }))).toEqual(['duplicate']);
  });

  it('is kept where the cache gave an answer again that was paid for and not stored', () => {
    const attempts = [
      attempt(1, 'truncated', exact('0.1')),
      attempt(2, 'not-stored', exact('0.1')),
      attempt(3, 'answered', free, { cache: hit }),
    ];
    expect(fates(succeeded({ attempts }))).toEqual(['wasted', 'kept', 'free']);
  });

  it('is saved, at its price, where the cache or an earlier run had the answer', () => {
    const cached = succeeded({ attempts: [attempt(1, 'answered', free, { cache: hit })] });
    expect(billRows(cached, context)).toMatchObject([{ fate: 'saved', saved: '0.3' }]);
    const reused = succeeded({ attempts: [], reused: { runId: 'bees-1111111111' } });
    expect(billRows(reused, context)).toMatchObject([{ code: 'reused', fate: 'saved', saved: '0.3' }]);
    const other = succeeded({ model: 'new', attempts: [attempt(1, 'answered', free, { cache: hit })] });
    expect(figuresOf(cached, reused, other).saved).toEqual({
      cache: { attempts: 2, pollen: '0.3', unpriced: 1 },
      reuse: { attempts: 1, pollen: '0.3', unpriced: 0 },
    });
    expect(figuresOf(reused)).toMatchObject({ attempts: 0, cost: { settled: '0' }, certainty: 'exact' });
  });

  it('is saved for each call that an earlier run has answered, and told beside what was called now', () => {
    const reused = { runId: 'bees-1111111111' };
    const part = { kind: 'text', model: 'openai', cost: nothing, attempts: 0, throttled: 0 } as const;
    const mended = [
      { ...part, step: 'caption', status: 'failed' },
      { ...part, step: 'caption', repair: 1, status: 'succeeded', usage: {} },
    ] as const;
    const own = attempt(1, 'answered', exact('0.002'), { step: 'shot', model: 'flux' });
    const line = succeeded({
      attempts: [own],
      steps: [
        ...mended.map((step) => ({ ...step, reused })),
        { ...part, step: 'shot', kind: 'image', model: 'flux', status: 'succeeded', attempts: 1 },
      ],
    });
    expect(billRows(line, context)).toMatchObject([
      { code: 'reused', step: 'caption', repair: 1, fate: 'saved', saved: '0.3' },
      { code: 'answered', step: 'shot', fate: 'kept' },
    ]);
    const saved = { reuse: { attempts: 1, pollen: '0.3', unpriced: 0 } };
    expect(figuresOf(line)).toMatchObject({ attempts: 1, cost: { settled: '0.002' }, saved });
    expect(figuresOf(succeeded({ attempts: [], steps: mended, reused }))).toMatchObject({ saved });
  });

  it('is laid over by corrections', () => {
    const attempts = [attempt(1, 'truncated', unknown('0.5')), attempt(2, 'answered', exact('0.1'))];
    const correct: BillContext['correct'] = ({ attempt: which }, charge) =>
      which === 1 ? exact('0.2') : charge;
    expect(billRows(succeeded({ attempts }), { ...context, correct })).toMatchObject([
      { fate: 'wasted', amount: '0.2', certainty: 'exact' },
      { fate: 'kept' },
    ]);
  });

  it('is late where a worker that was thought dead has brought the only answer after the end', () => {
    const line = succeeded({ attempts: [attempt(1, 'answered', exact('0.1'))] });
    expect(fates(line, { isLate: () => true })).toEqual(['late']);
    const second = succeeded({
      attempts: [attempt(2, 'answered', exact('0.1')), attempt(1, 'duplicate', exact('0.1'))],
    });
    expect(fates(second, { isLate: ({ attempt: which }) => which === 1 })).toEqual(['kept', 'duplicate']);
  });
});

describe('the bill', () => {
  const called = { kind: 'text', model: 'openai', cost: nothing, attempts: 1, throttled: 0 } as const;
  const lamp = succeeded({
    number: 2,
    id: 'lamp',
    kind: 'image',
    model: 'flux',
    attempts: [
      attempt(1, 'answered', exact('0.3'), { step: 'caption', model: 'openai' }),
      attempt(1, 'output-invalid', exact('0.01'), { step: 'caption', repair: 1, model: 'openai' }),
      attempt(1, 'reset', unknown('0.002'), { step: 'shot', model: 'flux' }),
      attempt(2, 'answered', exact('0.002'), { step: 'shot', model: 'flux' }),
    ],
    steps: [
      { ...called, step: 'caption', status: 'failed' },
      { ...called, step: 'caption', repair: 1, status: 'succeeded' },
      { ...called, step: 'shot', kind: 'image', model: 'flux', status: 'succeeded', attempts: 2 },
    ],
  });

  it('adds up: by fate, by model, by step and by outcome', () => {
    const figures = figuresOf(succeeded({ attempts: [attempt(1, 'answered', exact('0.1'))] }), lamp);
    expect(figures).toMatchObject({
      cost: { settled: '0.412', unknown: { count: 1, atMost: '0.002' } },
      certainty: 'estimated',
      attempts: 5,
      kept: { attempts: 3, pollen: '0.402' },
      wasted: { attempts: 1, pollen: '0.01' },
    });
    expect(figures.models.map(({ name, cost }) => [name, cost.settled])).toEqual([
      ['openai', '0.41'],
      ['flux', '0.002'],
    ]);
    expect(figures.steps?.map(({ name, attempts, cost }) => [name, attempts, cost.settled])).toEqual([
      ['caption', 1, '0.3'],
      ['caption (repair)', 1, '0.01'],
      ['shot', 2, '0.002'],
    ]);
    expect(figures.outcomes.map(({ name }) => name)).toEqual(['answered', 'output-invalid', 'reset']);
  });

  it('has no bound where an unknown charge has none', () => {
    const open = failed({ attempts: [attempt(1, 'reset', unknown(null))] });
    expect(figuresOf(open, lamp).cost.unknown).toEqual({ count: 2, atMost: null });
  });
});
