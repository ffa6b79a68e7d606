import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import type { RunBill } from '../../../src/commands/bill/bill.ts';
import { billCsv, billRowsCsv, rowHeads } from '../../../src/commands/render/bill-csv.ts';
import { csvOf } from '../../../src/report/export/csv.ts';
import { createBillRowsText } from '../../../src/commands/render/bill-rows-text.ts';
import { billText } from '../../../src/commands/render/bill-text.ts';
import { reconciledText } from '../../../src/commands/render/reconciled-text.ts';
import { spendingCsv, spendingText } from '../../../src/commands/render/spending-text.ts';
import type { Spending } from '../../../src/commands/bill/spending.ts';
import type { BillRow } from '../../../src/report/bill-rows.ts';
import { api } from '../../support/samples.ts';

const cost = { settled: '123456.12345678', unknown: { count: 1_234, atMost: '123456.12345678' } };
const settled = { settled: '0.5', unknown: { count: 0, atMost: '0' } };
const nothing = { attempts: 0, pollen: '0' };
const saving = { ...nothing, unpriced: 0 };
const bill: RunBill = {
  runId: 'spring-catalogue-of-lamps-0123456789-r2',
  job: 'spring-catalogue-of-lamps',
  labels: { season: 'spring', team: '=HYPERLINK("http://x")' },
  state: 'completed_with_failures',
  api: { ...api, cacheMode: 'none' },
  startedAt: '2026-11-25T06:00:00.123Z',
  endedAt: '2026-11-25T06:10:00.456Z',
  items: 100_000,
  billed: 100_000,
  throttled: 12,
  corrections: 1,
  assumes: 'sole-use',
  cost,
  certainty: 'estimated',
  attempts: 123_456,
  kept: { attempts: 100_000, pollen: '123456.12345678' },
  wasted: { attempts: 12_345, pollen: '1234.12345678' },
  duplicate: { attempts: 1, pollen: '0.002' },
  late: nothing,
  saved: {
    cache: { ...saving, attempts: 3, pollen: '0.006' },
    reuse: { attempts: 2, pollen: '0', unpriced: 2 },
  },
  models: [
    {
      name: '@SUM(1+1)*cmd|a-model-with-quite-a-long-name/of-somebody',
      kind: 'text',
      attempts: 100_000,
      cost,
    },
    { name: 'flux', kind: 'image', attempts: 23_456, cost: settled },
  ],
  steps: [{ name: 'caption (repair)', attempts: 1, cost: settled }],
  outcomes: [{ name: 'answered', attempts: 1, cost: settled }],
};
const row: BillRow = {
  number: 7,
  id: `a${'b'.repeat(99)}`,
  step: 'lines',
  index: 3,
  repair: 2,
  kind: 'text',
  model: '-2+3+cmd|/C calc',
  attempt: 2,
  at: '2026-11-25T06:01:00.000Z',
  code: 'output-invalid',
  requestId: 'r',
  amount: '0.00012345',
  certainty: 'exact',
  fate: 'wasted',
};
const spent: Spending = {
  by: 'label',
  emulated: false,
  since: '2026-11-18T12:00:00.000Z',
  groups: [{ name: '=season=spring,\r"x"', runs: 3, cost }],
  total: { name: 'total', runs: 3, cost },
  unfinished: Array.from({ length: 7 }, (_, index) => `spring-catalogue-of-lamps-012345678${index}`),
  collected: 2,
  unreadable: [{ runId: 'broken-0123456789', reason: 'runs/broken/report.json is \u001b[31mdamaged' }],
};

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('a bill for people', () => {
  it.each([80, 200])('is no wider than a screen of %i columns', (width) => {
    for (const text of [
      billText(bill, width),
      billText({ ...bill, state: 'unfinished', billed: 12 }, width),
      createBillRowsText(width)([row, { ...row, fate: 'saved', saved: null }]).trimEnd(),
      spendingText(spent, width),
      spendingText({ ...spent, by: 'day' }, width),
    ]) {
      expect(widest(text)).toBeLessThanOrEqual(width);
      // oxlint-disable-next-line no-control-regex -- these are what must not reach a screen
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    }
  });

  it('says in words what is certain, by what, and what can be done', () => {
    const text = billText(bill);
    expect(text).toContain('Estimated: 1,234 charges may or may not have been made');
    expect(text).toContain('1 correction laid over the records');
    expect(text).toContain('`pollen-batch reconcile spring-catalogue-of-lamps-0123456789-r2`');
    expect(text).toContain('Cache mode none: the API answers nothing from a cache');
    expect(text).toContain('ended 2026-11-25 06:10:00 UTC.');
    expect(text).toMatch(/^wasted +12345 +1234\.12345678 +paid, and the answer was lost/m);
    expect(text).toMatch(/^saved by reuse +2 +0 \+ 2 answers of unknown price/m);
    expect(text).not.toContain('late');
    const { assumes: _assumes, ...plainBill } = bill;
    const exact = billText({ ...plainBill, certainty: 'exact', cost: settled, corrections: 0 });
    expect(exact).toContain('Exact: every charge is known to the last 1e-8 Pollen.');
    expect(billText({ ...bill, state: 'unfinished', billed: 12 })).toContain(
      'not ended; billed are 12 of 100,000 items, by the records that are there',
    );
  });

  it('says what it rests on where corrections are laid over, and names no remedy that the API does not have', () => {
    const exact = billText({ ...bill, certainty: 'exact', cost: settled });
    expect(exact).toContain(
      'Exact, if nobody else used the key meanwhile: 1 correction laid over the records, by what the account told.',
    );
    expect(exact).not.toContain('to the last 1e-8');
    const old = billText({ ...bill, api: { ...api, dialect: 'enter', cacheMode: 'none' } });
    expect(old).toContain('This API tells neither billed calls nor a balance that could settle them.');
    expect(old).not.toContain('reconcile');
  });

  it('names the kind of models of one name', () => {
    const models = (['text', 'image'] as const).map((kind) => ({ name: 'twin', kind, attempts: 1, cost }));
    expect(billText({ ...bill, models })).toMatch(/^twin \(text\) .*\ntwin \(image\) /m);
  });

  it('has a line for each attempt, page by page, of as many as a run may have', () => {
    const text = createBillRowsText();
    expect(text([])).toBe('');
    const page = text(Array.from({ length: 130_000 }, () => ({ ...row, id: 'a' })));
    expect(page.slice(0, page.indexOf('\n'))).toMatch(/^ITEM +CALL +MODEL +TRY +OUTCOME +POLLEN +FATE$/);
    expect(page.split('\n')).toHaveLength(130_002);
    const next = text([{ ...row, id: 'bb' }]);
    expect(next).toMatch(/^bb +lines\.3 \(repair 2\) .*wasted\n$/);
    expect(next.indexOf('lines')).toBe(page.indexOf('CALL'));
  });

  it('has its head again where a later page makes room for what it needs', () => {
    const text = createBillRowsText(80);
    expect(text([{ ...row, id: 'a', model: 'flux' }])).toContain('MODEL');
    const wide = text([{ ...row, model: 'm'.repeat(14), step: 'a-step-of-a-long-name-with-a-list' }]);
    expect(wide).toMatch(/^ITEM +CALL +TRY/);
    expect(text([row])).not.toContain('ITEM');
  });

  it('of many runs names what has not ended and what cannot be read', () => {
    const text = spendingText(spent);
    expect(text).toContain(
      '3 runs by label, those that ended since 2026-11-18 12:00:00 as a whole (UTC); real runs.',
    );
    expect(text).toContain('and 2 more.');
    expect(text).toContain('Left out: broken-0123456789: runs/broken/report.json is');
  });
});

describe('what reconciling says', () => {
  const reconciled = {
    runId: 'a',
    before: cost,
    after: cost,
    settled: 3,
    source: 'usage',
    grouped: 2,
    open: { others: 4 },
    corrections: ['runs/bees/a/corrections/00001.json'],
  } as const;

  it('is what was settled, what is a guess, and what stays unknown and why', () => {
    expect(reconciledText(reconciled).split('\n')).toEqual([
      "a: 3 of 1,234 unknown charges settled by the account's billed calls.",
      '2 of them have an exact sum, but which of them cost what is a guess by time.',
      expect.stringMatching(
        /^4 charges left unknown: more calls of the model were billed .* some are of others\.$/,
      ),
      expect.stringMatching(/^Bill: .* \(estimated\)$/),
    ]);
    expect(reconciledText({ ...reconciled, before: settled, after: settled })).toContain(
      'nothing to reconcile',
    );
    const exact = reconciledText({ ...reconciled, after: settled, assumes: 'sole-use' });
    expect(exact).toContain('That is right if nobody else used the key meanwhile: ');
    expect(exact).toMatch(/\(exact, if nobody else used the key meanwhile\)$/);
    expect(reconciledText({ ...reconciled, source: 'balance' })).toContain(
      'unknown charges settled by how far the balance has moved.',
    );
    const overlapped = { ...reconciled, settled: 0, open: { 'other-run': 4 }, otherRun: 'b' } as const;
    expect(reconciledText(overlapped)).toContain('4 charges left unknown: b was under way as well');
    expect(reconciledText({ ...reconciled, open: { 'other-key': 1 } })).toContain("the workers' key");
    const early = { ...reconciled, settled: 0, tooEarlyUntil: '2026-11-25T06:40:00.456Z' };
    expect(reconciledText(early)).toContain('come back at 2026-11-25 06:40:00 UTC');
  });
});

describe('a bill as CSV, read by another program', () => {
  const table = (text: string): Record<string, string>[] => parse(text, { columns: true });

  it('has a line for each part, and no cell that a spreadsheet would run', () => {
    const lines = table(billCsv(bill));
    expect(lines[0]).toEqual({
      part: 'total',
      name: bill.runId,
      attempts: '123456',
      pollen: '123456.12345678',
      unknown: '1234',
      unknown_at_most: '123456.12345678',
    });
    const parts = 'total paid paid paid paid saved saved model model step outcome label label';
    expect(lines.map(({ part }) => part).join(' ')).toBe(parts);
    expect(lines.find(({ part }) => part === 'model')?.['name']).toBe(`'${bill.models[0]?.name}`);
    expect(lines.at(-1)?.['name']).toBe('team==HYPERLINK("http://x")');
  });

  it('has a line for each attempt', () => {
    const lines = table(
      csvOf([rowHeads]) + billRowsCsv([row, { ...row, amount: null, certainty: 'unknown', fate: 'unknown' }]),
    );
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      number: '7',
      index: '3',
      model: "'-2+3+cmd|/C calc",
      fate: 'wasted',
      pollen: '0.00012345',
      request_id: 'r',
    });
    expect(lines[1]).toMatchObject({ pollen: '', certainty: 'unknown' });
  });

  it('keeps names with line breaks and quotes in one cell', () => {
    const lines = table(spendingCsv(spent));
    expect(lines).toHaveLength(2);
    expect(lines[0]?.['label']).toBe('\'=season=spring,\r"x"');
    expect(lines[1]).toMatchObject({ label: 'total', runs: '3' });
  });
});
