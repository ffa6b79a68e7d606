import { readFileSync } from 'node:fs';

import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

import { noticeJsonSchema, writeBody } from '../../src/notices/body.ts';
import type { Notice } from '../../src/notices/notice.ts';
import { emptyTally } from '../../src/records/tally.ts';

const schema = readFileSync(new URL('../../jobs/notice.schema.json', import.meta.url), 'utf8');
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(schema) as object);
const about = {
  runId: 'bees-067f128d53',
  job: 'bees',
  labels: { team: 'garden' },
  emulated: false,
  folder: 's3://pollen/runs/bees/bees-067f128d53/',
  items: 3,
};
const tally = { ...emptyTally, succeeded: 2, failed: 1, settled: '0.5' };
const at = '2026-11-26T05:00:00.000Z';
const notices: readonly Notice[] = [
  { event: 'completed', key: 'completed', at, state: 'completed', tally },
  { event: 'failed', key: 'failed', at, state: 'stopped', because: 'budget', tally },
  { event: 'failed', key: 'failed-1', at, state: 'failed', code: 'no-price' },
  {
    event: 'paused',
    key: 'paused-credit',
    at,
    pause: {
      reason: 'credit',
      since: at,
      message: 'the account is out of credit (402)',
      remedy: 'Top it up.',
    },
    tally: { ...tally, unknown: { count: 1, atMost: null } },
  },
  {
    event: 'budget',
    key: 'budget-1',
    at,
    budget: { amount: '1', spent: '0.8', held: '0.1', free: '0.1' },
    tally,
  },
  { event: 'missed', key: 'missed', at, missed: { count: 2, times: ['2026-11-24T05:00:00.000Z', at] } },
];

describe('what a receiver is sent', () => {
  it('is described by the checked-in schema (else: npx tsx src/cli.ts schema --notice > jobs/notice.schema.json)', () => {
    expect(schema).toBe(noticeJsonSchema());
  });

  it.each(notices.map((notice) => [notice.key, notice] as const))('fits that: %s', (_key, notice) => {
    expect(isValid(JSON.parse(writeBody(about, notice))), JSON.stringify(isValid.errors)).toBe(true);
  });

  it('has a version, a type, when it happened, and how the run stands', () => {
    expect(JSON.parse(writeBody(about, notices[0] as Notice))).toEqual({
      version: 1,
      type: 'run.completed',
      timestamp: at,
      data: {
        ...about,
        state: 'completed',
        counts: { succeeded: 2, reused: 0, failed: 1, cancelled: 0, expired: 0 },
        cost: { settled: '0.5', unknown: { count: 0, atMost: '0' } },
      },
    });
  });

  it('divides a budget up as `get` does, with what is unknown by itself', () => {
    const unknown = { count: 1, atMost: '0.3' };
    const budget = { amount: '1', spent: '0.8', held: '0.3', free: '0' };
    const notice: Notice = { event: 'budget', key: 'budget-1', at, budget, tally: { ...tally, unknown } };
    const body = writeBody(about, notice);
    expect(JSON.parse(body)).toMatchObject({
      data: {
        runId: about.runId,
        budget: { amount: '1', spent: '0.5', unknown: '0.3', held: '0.3', left: '-0.1' },
        cost: { settled: '0.5', unknown },
      },
    });
    expect(isValid(JSON.parse(body)), JSON.stringify(isValid.errors)).toBe(true);
  });
});
