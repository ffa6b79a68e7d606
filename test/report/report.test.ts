import { describe, expect, it } from 'vitest';

import { billLines, billTotal } from '../../src/report/report.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import { resultLine, type ResultLine } from '../../src/report/result-line.ts';
import { failed, now, sampleCall, samplePlan, succeeded } from '../support/samples.ts';

const unknownCost = { settled: '0.00005', unknown: { count: 1, atMost: '0.5' } };
const lostThenAnswered = succeeded({
  number: 2,
  id: 'second',
  attempts: [
    { attempt: 1, code: 'truncated', charge: { amount: '0.5', certainty: 'unknown' } },
    { attempt: 2, code: 'answered', requestId: 'r', charge: { amount: '0.00005', certainty: 'exact' } },
  ],
  cost: unknownCost,
  throttled: 4,
});
const picture = succeeded({
  number: 4,
  id: 'lamp',
  kind: 'image',
  model: 'flux',
  attempts: [{ attempt: 1, code: 'answered', charge: { amount: '0.002', certainty: 'exact' } }],
  cost: { settled: '0.002', unknown: { count: 0, atMost: '0' } },
});
const cancelled = resultLine(sampleCall({ number: 5, id: 'late' }), undefined, undefined);

const lines: readonly ResultLine[] = [
  succeeded(),
  lostThenAnswered,
  failed({ number: 3, id: 'third' }),
  picture,
  cancelled,
];

function fold(of: readonly ResultLine[]) {
  const folded = createReportFold(samplePlan({ items: of.length }));
  for (const line of of) folded.add(line);
  return folded.report('stopped', now.toISOString());
}

describe('the report', () => {
  it('is the fold of its result lines', () => {
    expect(fold(lines)).toMatchObject({
      state: 'stopped',
      items: 5,
      startedAt: '2026-01-02T03:00:00.000Z',
      endedAt: now.toISOString(),
      tally: {
        succeeded: 3,
        failed: 1,
        cancelled: 1,
        settled: '0.0021',
        unknown: { count: 1, atMost: '0.5' },
        throttled: 4,
      },
      attempts: { answered: 3, truncated: 1, 'bad-request': 1, throttled: 4 },
    });
  });

  it('is the same whatever the order of the lines, but for the order of models of equal cost', () => {
    const { tally, attempts } = fold([...lines].reverse());
    expect({ tally, attempts }).toEqual({ tally: fold(lines).tally, attempts: fold(lines).attempts });
  });

  it('lists the models, the dearest first', () => {
    expect(fold(lines).models).toMatchObject([
      { model: 'flux', kind: 'image', items: 1, tally: { settled: '0.002' } },
      {
        model: 'openai',
        kind: 'text',
        items: 4,
        tally: { settled: '0.0001', succeeded: 2, failed: 1, cancelled: 1 },
      },
    ]);
  });

  it('is exact as long as no charge is unknown, and estimated from the first one on', () => {
    expect(fold([succeeded(), failed()]).certainty).toBe('exact');
    expect(fold(lines).certainty).toBe('estimated');
  });
});

describe('the bill', () => {
  it('has a line for each listed attempt, and none for items without a record', () => {
    expect(billLines(cancelled)).toEqual([]);
    expect(billLines(lostThenAnswered)).toEqual([
      {
        number: 2,
        id: 'second',
        model: 'openai',
        attempt: 1,
        code: 'truncated',
        amount: '0.5',
        certainty: 'unknown',
      },
      {
        number: 2,
        id: 'second',
        model: 'openai',
        attempt: 2,
        code: 'answered',
        requestId: 'r',
        amount: '0.00005',
        certainty: 'exact',
      },
    ]);
  });

  it('adds up to what the tally says is settled; unknown charges are no part of it', () => {
    expect(billTotal(lines.flatMap(billLines))).toBe(fold(lines).tally.settled);
    expect(billTotal([])).toBe('0');
  });
});

describe('a result line', () => {
  it('is the record, or the word that there is none', () => {
    expect(resultLine(sampleCall(), succeeded(), undefined)).toEqual(succeeded());
    expect(cancelled).toEqual({
      number: 5,
      id: 'late',
      kind: 'text',
      model: 'openai',
      status: 'cancelled',
      attempts: [],
      cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
    });
  });

  it('keeps what a cancelled item may have cost: it is unknown, and not nothing', () => {
    const attempts = [
      { attempt: 1, code: 'reset', charge: { amount: '0.5', certainty: 'unknown' as const } },
    ];
    const kept = { attempts, cost: { settled: '0', unknown: { count: 1, atMost: '0.5' } } };
    const line = resultLine(sampleCall(), undefined, kept);
    expect(fold([line])).toMatchObject({
      certainty: 'estimated',
      tally: { cancelled: 1, unknown: { count: 1, atMost: '0.5' } },
      attempts: { reset: 1 },
    });
    expect(billLines(line)).toMatchObject([{ code: 'reset', amount: '0.5', certainty: 'unknown' }]);
  });
});
