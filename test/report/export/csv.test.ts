import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import { resultColumns } from '../../../src/report/export/columns.ts';
import { collectVars } from '../../../src/report/export/var-columns.ts';
import { csvHead, csvRows } from '../../../src/report/export/csv.ts';
import { exportLine } from '../../../src/report/export/export-line.ts';
import type { ResultLine } from '../../../src/report/result-line.ts';
import { formulas } from '../../support/payloads.ts';
import { failed, sampleCall, succeeded } from '../../support/samples.ts';

const columns = [...resultColumns];

function tableOf(lines: readonly ResultLine[], all = columns): Record<string, string>[] {
  const exported = lines.map((line) => exportLine(line, undefined, 4));
  return parse(csvHead(all) + csvRows(all, exported), { columns: true });
}

describe('results as CSV', () => {
  it('have amounts as they are, times in UTC, and empty cells for what is not there', () => {
    const attempts = [
      {
        attempt: 1,
        code: 'answered',
        at: '2026-01-02T03:04:05.000Z',
        latencyMs: 1500,
        charge: { amount: '0.00000001', certainty: 'exact' as const },
      },
    ];
    const cost = { settled: '12345.00000001', unknown: { count: 1, atMost: null } };
    expect(tableOf([succeeded({ attempts, cost, seed: 7 })])).toMatchObject([
      {
        number: '1',
        cost: '12345.00000001',
        unknown_charges: '1',
        unknown_at_most: '',
        started_at: '2026-01-02T03:04:03.500Z',
        ended_at: '2026-01-02T03:04:05.000Z',
        latency_ms: '1500',
        seed: '7',
        is_json: 'false',
        error_code: '',
      },
    ]);
  });

  it('say what went wrong, and what to do', () => {
    expect(tableOf([failed()])).toMatchObject([
      {
        status: 'failed',
        error_code: 'bad-request',
        error_status: '400',
        error_message: '400 no',
        remedy: 'Correct it.',
        text: '',
        is_json: '',
      },
    ]);
  });

  it('keep texts whole: quotes, line ends of every kind, commas and signs of other scripts', () => {
    const text = '"a",b\r\nc\rd\ne\t🐝\u2028';
    expect(tableOf([succeeded({ text })])).toMatchObject([{ text }]);
  });

  it.each(formulas)('disarm what a spreadsheet would run: %j', (payload) => {
    const planned = { item: sampleCall({ request: imageRequest(payload) }), requests: new Map() };
    const line = exportLine(
      succeeded({ text: payload, customId: payload, modelUsed: payload, vars: { [payload]: payload } }),
      planned,
      4,
    );
    const vars = collectVars();
    vars.add(line);
    const all = [...columns, ...vars.columns()];
    const [head = [], row = []] = parse(csvHead(all) + csvRows(all, [line]));
    for (const cell of [...head, ...row]) expect(cell).not.toMatch(/^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/);
    expect(row).toContain(`'${payload}`);
  });
});

function imageRequest(prompt: string) {
  return { method: 'GET' as const, path: `/image/${encodeURIComponent(prompt)}?model=flux` };
}
