import { expect, it } from 'vitest';

import { createFigures } from '../../src/gallery/figures.ts';
import type { AttemptRecord } from '../../src/records/record.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { failed, succeeded } from '../support/samples.ts';

const exact = (amount: string): AttemptRecord['charge'] => ({ amount, certainty: 'exact' });

function answered(changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return { attempt: 1, code: 'answered', charge: exact('0.1'), latencyMs: 300, ...changes };
}

function figuresOf(lines: readonly ResultLine[]) {
  const fold = createFigures();
  for (const line of lines) fold.add(line);
  return fold.figures();
}

it('add up what each model costs, to the last unit, the dearest first', () => {
  const cost = (settled: string) => ({ settled, unknown: { count: 0, atMost: '0' } });
  const lost = { settled: '0.1', unknown: { count: 2, atMost: null } };
  const { models } = figuresOf([
    ...Array.from({ length: 10 }, () => succeeded({ cost: cost('0.1') })),
    succeeded({ model: 'flux', kind: 'image', cost: cost('3.00000001') }),
    failed({ cost: lost }),
  ]);
  expect(models).toMatchObject([
    { model: 'flux', kind: 'image', items: 1, cost: '3.00000001', unknown: 0 },
    { model: 'openai', kind: 'text', items: 11, cost: '1.1', unknown: 2 },
  ]);
});

it('sort answers by how long they took, each call by its own model, without those of a cache', () => {
  const hit = answered({ cache: { status: 'hit' }, latencyMs: 3 });
  const step = { kind: 'image', model: 'flux', status: 'succeeded', attempts: 1, throttled: 0 } as const;
  const cost = { settled: '0', unknown: { count: 0, atMost: '0' } };
  const { models, latencyBoundsMs } = figuresOf([
    succeeded({
      attempts: [answered(), answered({ latencyMs: 250 }), answered({ latencyMs: 400_000 }), hit],
    }),
    succeeded({
      attempts: [answered({ step: 'draw', model: 'flux', latencyMs: 900 })],
      steps: [{ ...step, step: 'draw', cost }],
    }),
  ]);
  const openai = models.find(({ model }) => model === 'openai')?.latency;
  expect(openai).toEqual([1, 1, ...Array.from({ length: 9 }, () => 0), 1]);
  expect(models.find(({ model }) => model === 'flux')?.latency.indexOf(1)).toBe(
    latencyBoundsMs.indexOf(1_000),
  );
});

it('group failures by what went wrong, those of most items first', () => {
  const fault = { code: 'timeout', message: 'no answer', remedy: 'Try again.' };
  const other = { ...failed().fault, status: 422 };
  const { failures } = figuresOf([
    failed({ fault }),
    failed(),
    failed(),
    succeeded(),
    failed({ fault: other }),
  ]);
  expect(failures).toEqual([
    { code: 'bad-request', status: 400, items: 2, message: '400 no', remedy: 'Correct it.' },
    { ...fault, items: 1 },
    { ...other, items: 1 },
  ]);
});

it('name as axes the variables that have few values, but more than one', () => {
  const lines = Array.from({ length: 60 }, (_, index) =>
    succeeded({
      vars: { style: ['ink', 'oil'][index % 2] ?? '', sku: index, shop: 'ours', __proto: index % 3 },
    }),
  );
  expect(figuresOf(lines).axes).toEqual([
    { name: 'style', values: ['"ink"', '"oil"'] },
    { name: '__proto', values: ['0', '1', '2'] },
  ]);
});

it('count the calls that each lane sent in a second, beside those that it allowed', () => {
  const sent = (second: number, rps?: number, name = 'all') =>
    answered({
      at: new Date(Date.UTC(2026, 0, 1, 0, 0, second) + 300).toISOString(),
      lane: { name, ...(rps === undefined ? {} : { rps }) },
    });
  const attempts = [sent(0, 4), sent(0, 2), sent(3, 1), sent(3), sent(2, undefined, 'pictures'), answered()];
  expect(figuresOf([succeeded({ attempts })]).rate).toEqual({
    from: '2026-01-01T00:00:00.000Z',
    stepSeconds: 1,
    lanes: [
      { lane: 'all', sent: [2, 0, 0, 2], limit: [3, null, null, 1] },
      { lane: 'pictures', sent: [0, 0, 1, 0], limit: [null, null, null, null] },
    ],
  });
  expect(figuresOf([succeeded()]).rate).toBeUndefined();
});

it('widen the steps of time with the run, and lose no call on the way, in whatever order they come', () => {
  const fold = createFigures();
  const seconds = Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 86_400);
  for (const second of seconds) {
    const at = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
    fold.add(succeeded({ attempts: [answered({ at, latencyMs: 0, lane: { name: 'all', rps: 2 } })] }));
  }
  const { rate } = fold.figures();
  expect(rate?.stepSeconds).toBe(256);
  expect(rate?.lanes[0]?.sent.length).toBeLessThanOrEqual(400);
  expect(rate?.lanes[0]?.sent.reduce((sum, count) => sum + count)).toBe(5_000);
});
