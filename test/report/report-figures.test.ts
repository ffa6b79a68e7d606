import { readFileSync } from 'node:fs';

import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

import type { AttemptRecord } from '../../src/records/record.ts';
import { createLatencyFold } from '../../src/report/latency.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import { reportBody, reportJsonSchema } from '../../src/report/report-schema.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { failed, now, samplePlan, succeeded } from '../support/samples.ts';

const exact = (amount: string) => ({ amount, certainty: 'exact' }) as const;
const free = { amount: '0', certainty: 'free' } as const;
const usage = { promptTextTokens: 10, completionTextTokens: 20 };
const schema = readFileSync(new URL('../../docs/report.schema.json', import.meta.url), 'utf8');

function attempt(changes: Partial<AttemptRecord>): AttemptRecord {
  return { attempt: 1, code: 'answered', charge: exact('0.00005'), ...changes };
}
function reportOf(...lines: readonly ResultLine[]) {
  const fold = createReportFold(samplePlan({ items: lines.length }));
  for (const line of lines) fold.add(line);
  return fold.report('completed_with_failures', now.toISOString());
}

describe('the figures of the report', () => {
  it('tell what became of what was paid, which adds up to what is settled', () => {
    const attempts = [
      attempt({ code: 'truncated', charge: exact('0.1') }),
      attempt({ attempt: 2, charge: exact('0.2'), at: '2026-01-02T03:00:01.000Z' }),
      attempt({ attempt: 3, code: 'duplicate', charge: exact('0.4') }),
      attempt({ attempt: 4, charge: exact('0.8'), at: '2026-01-02T03:00:02.000Z' }),
    ];
    const cost = { settled: '1.5', unknown: { count: 0, atMost: '0' } };
    const fold = createReportFold(samplePlan());
    fold.add(succeeded({ attempts, cost }), attempts.slice(3));
    const { paid, tally } = fold.report('completed', now.toISOString());
    expect(paid).toEqual({
      kept: { attempts: 1, pollen: '0.2' },
      wasted: { attempts: 1, pollen: '0.1' },
      duplicate: { attempts: 1, pollen: '0.4' },
      late: { attempts: 1, pollen: '0.8' },
    });
    expect(tally.settled).toBe('1.5');
  });

  it('tell what cache and earlier runs have saved, at the prices of the plan, and how many have none', () => {
    const cached = [attempt({ charge: free, cache: { status: 'hit' } })];
    const { saved } = reportOf(
      succeeded({ usage, attempts: cached }),
      succeeded({ usage, attempts: [], reused: { runId: 'bees-1111111111' } }),
      succeeded({ usage, model: 'new', attempts: [], reused: { runId: 'bees-1111111111' } }),
    );
    expect(saved).toEqual({
      cache: { attempts: 1, pollen: '0.00005', unpriced: 0 },
      reuse: { attempts: 2, pollen: '0.00005', unpriced: 1 },
    });
  });

  it('group what failed by its code, the most of them first, with an example and what to do', () => {
    const policy = { code: 'content-policy', message: 'no', remedy: 'Change the prompt.' };
    const { failures } = reportOf(
      failed({ id: 'one', fault: policy }),
      failed({ id: 'two' }),
      failed({ id: 'three' }),
      succeeded(),
    );
    expect(failures).toEqual([
      { code: 'bad-request', items: 2, example: 'two', remedy: 'Correct it.' },
      { code: 'content-policy', items: 1, example: 'one', remedy: 'Change the prompt.' },
    ]);
  });

  it('tell how often it was told to slow down, and for how many items', () => {
    expect(reportOf(succeeded({ throttled: 4 }), failed({ throttled: 1 }), succeeded()).throttled).toEqual({
      attempts: 5,
      items: 2,
    });
  });

  it('tell by model how long answers took, without those of caches and of earlier runs', () => {
    const timed = (latencyMs: number, more: Partial<AttemptRecord> = {}): ResultLine =>
      succeeded({ attempts: [attempt({ latencyMs, ...more })] });
    const { latency } = reportOf(
      ...Array.from({ length: 20 }, (_, index) => timed(100 * (index + 1))),
      timed(1, { cache: { status: 'hit' }, charge: free }),
      timed(2, { code: 'server-error' }),
      succeeded({ attempts: [attempt({ latencyMs: 3 })], reused: { runId: 'bees-1111111111' } }),
    );
    expect(latency).toEqual([{ model: 'openai', kind: 'text', answers: 20, medianMs: 1_000, p95Ms: 1_900 }]);
  });

  it('have exact latencies of 100,000 answers', () => {
    const fold = createLatencyFold();
    for (let index = 1; index <= 100_000; index += 1)
      fold.add({ kind: 'text', model: 'openai', latencyMs: ((index * 7_919) % 100_000) + 0.2 });
    expect(fold.read()).toEqual([
      { model: 'openai', kind: 'text', answers: 100_000, medianMs: 49_999, p95Ms: 94_999 },
    ]);
  });
});

describe('the schema of the report', () => {
  it('is the checked-in one (else: npx tsx src/cli.ts schema --report > docs/report.schema.json)', () => {
    expect(schema).toBe(reportJsonSchema());
  });

  it('fits a report, knows every key of it, and fits one of an earlier version', () => {
    const isValid = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(schema) as object);
    const report: unknown = JSON.parse(
      JSON.stringify({
        ...reportOf(succeeded({ usage, throttled: 1 }), failed()),
        budget: { amount: '2', onExceeded: 'stop', reached: false },
        story: [
          { version: 1, at: now.toISOString(), kind: 'suspend', reason: 'prices' },
          { version: 1, at: now.toISOString(), kind: 'deadline', endsAt: null },
        ],
      }),
    );
    expect(isValid(report), JSON.stringify(isValid.errors)).toBe(true);
    expect(reportBody.parse(report)).toEqual(report);
    const names = ['paid', 'saved', 'failures', 'throttled', 'latency'];
    const old = Object.fromEntries(
      Object.entries(report as object).filter(([name]) => !names.includes(name)),
    );
    expect(isValid(old)).toBe(true);
    expect(isValid({ ...old, tally: { settled: 0.5 } })).toBe(false);
  });
});
