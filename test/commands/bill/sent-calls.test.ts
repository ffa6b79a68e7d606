import { describe, expect, it } from 'vitest';

import { allToldAt, sentCalls } from '../../../src/commands/bill/sent-calls.ts';
import type { AttemptRecord } from '../../../src/records/record.ts';
import { billRows } from '../../../src/report/bill-rows.ts';
import { api, run, samplePlan, succeeded } from '../../support/samples.ts';

const endedAt = '2026-01-02T04:00:00.000Z';
const exact = { amount: '0.1', certainty: 'exact' } as const;
const unknown = { amount: '0.5', certainty: 'unknown' } as const;
const minutes = (count: number): number => count * 60_000;

function sentOf(attempts: readonly AttemptRecord[]) {
  const line = succeeded({ attempts });
  const rows = billRows(line, { priceOf: () => null, correct: (_, charge) => charge });
  return sentCalls(
    {
      run,
      plan: samplePlan(),
      corrections: [],
      async *pages() {
        yield [{ line, rows }];
      },
    },
    endedAt,
  );
}

const first = { attempt: 1, at: '2026-01-02T03:10:00.000Z', latencyMs: 1_000, code: 'reset' } as const;

describe('the calls that the account may have billed', () => {
  it('are all told half an hour after the last of them can have been billed, later than the end of the run', async () => {
    const lost = { attempt: 2, at: '2026-01-02T04:05:00.000Z', code: 'reset', charge: unknown } as const;
    const sent = await sentOf([{ ...first, charge: unknown }, lost]);
    // A call may be billed ten minutes after its caller has gone.
    expect(allToldAt(sent, endedAt, { api }).getTime()).toBe(Date.parse(lost.at) + minutes(10 + 30));
    const early = await sentOf([{ ...first, charge: unknown }]);
    expect(allToldAt(early, endedAt, { api }).getTime()).toBe(Date.parse(endedAt) + minutes(30));
    expect(allToldAt(sent, endedAt, { api: { ...api, emulated: true } }).getTime()).toBe(Date.parse(endedAt));
  });

  it('may have been billed when the first attempt was sent, where a hit tells their charge', async () => {
    const again = { attempt: 2, at: '2026-01-02T03:50:00.000Z', latencyMs: 1_000, code: 'answered' } as const;
    const other = { ...first, attempt: 3, at: '2026-01-02T03:55:00.000Z', charge: unknown };
    const lost = { ...first, charge: { amount: '0', certainty: 'free' } } as const;
    const hit = { ...again, charge: exact, cache: { status: 'hit' } } as const;
    const { known } = await sentOf([lost, hit, other]);
    expect(known).toMatchObject([
      { from: Date.parse(first.at) - 1_000 - minutes(1), to: Date.parse(again.at) + minutes(10) },
    ]);
    const { known: missed } = await sentOf([lost, { ...again, charge: exact }, other]);
    expect(missed).toMatchObject([{ from: Date.parse(again.at) - 1_000 - minutes(1) }]);
  });
});
