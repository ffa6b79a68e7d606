import type { AttemptHistory, AttemptNote } from '../../src/activities/attempt-history.ts';
import type { Plan, PlannedCall } from '../../src/plan/plan.ts';
import type { Answer, Fault } from '../../src/pollinations/outcome.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import type { FailedRecord, SucceededRecord } from '../../src/records/record.ts';

/** Sample values for tests of pure code; each test names only what it is about. */

export const now = new Date('2026-01-02T03:04:05Z');

export const run: RunLocation = { prefix: 'runs', emulated: false, job: 'bees', runId: 'bees-0a1b2c3d4e' };

export const prices = [
  {
    model: 'openai',
    kind: 'text' as const,
    aliases: ['gpt-5-mini'],
    rates: { promptTextTokens: '0.000001', completionTextTokens: '0.000002' },
  },
  { model: 'flux', kind: 'image' as const, aliases: [], rates: { completionImageTokens: '0.002' } },
  { model: 'free', kind: 'text' as const, aliases: [], rates: {} },
];

export const api = {
  id: 'https://gen.example',
  dialect: 'gen',
  cacheMode: 'exact',
  emulated: false,
} as const;

export function sampleCall(changes: Partial<PlannedCall> = {}): PlannedCall {
  return {
    number: 1,
    id: 'haiku',
    kind: 'text',
    model: 'openai',
    seed: 7,
    request: { method: 'POST', path: '/v1/chat/completions', body: '{}' },
    digest: 'd'.repeat(64),
    maximum: '0.5',
    ...changes,
  };
}

export function samplePlan(changes: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    runId: run.runId,
    digest: 'plan0',
    job: run.job,
    createdAt: '2026-01-02T03:00:00.000Z',
    api,
    items: 1,
    pages: [{ page: 0, lane: 'all', calls: 1 }],
    models: ['openai'],
    prices,
    estimate: { atMost: '0.5', unbounded: 0, free: 0 },
    ...changes,
  };
}

export function sampleNote(attempt: number, changes: Partial<AttemptNote> = {}): AttemptNote {
  return { attempt, at: now.toISOString(), code: 'server-error', effect: { kind: 'refused' }, ...changes };
}

export function sampleHistory(changes: Partial<AttemptHistory> = {}): AttemptHistory {
  return { seen: 0, throttled: 0, throttledInRow: 0, notes: [], ...changes };
}

export function sampleFault(changes: Partial<Fault> = {}): Fault {
  return {
    code: 'server-error',
    status: 500,
    message: '500 it broke',
    lost: false,
    latencyMs: 12.4,
    ...changes,
  };
}

export function sampleAnswer(changes: Partial<Answer> = {}): Answer {
  return {
    kind: 'answered',
    body: Buffer.from('A bee, a bloom'),
    contentType: 'text/plain; charset=utf-8',
    extension: 'txt',
    usage: { promptTextTokens: 10, completionTextTokens: 20 },
    cache: { status: 'miss' },
    latencyMs: 99.6,
    ...changes,
  };
}

export function succeeded(changes: Partial<SucceededRecord> = {}): SucceededRecord {
  return {
    version: 1,
    runId: run.runId,
    number: 1,
    id: 'haiku',
    kind: 'text',
    model: 'openai',
    digest: 'd'.repeat(64),
    attempts: [{ attempt: 1, code: 'answered', charge: { amount: '0.00005', certainty: 'exact' } }],
    throttled: 0,
    cost: { settled: '0.00005', unknown: { count: 0, atMost: '0' } },
    at: now.toISOString(),
    status: 'succeeded',
    text: 'A bee, a bloom',
    sha256: 'a'.repeat(64),
    bytes: 14,
    usage: {},
    ...changes,
  };
}

export function failed(changes: Partial<FailedRecord> = {}): FailedRecord {
  const { text: _text, sha256: _sha256, bytes: _bytes, usage: _usage, ...base } = succeeded();
  return {
    ...base,
    attempts: [{ attempt: 1, code: 'bad-request', status: 400, charge: { amount: '0', certainty: 'free' } }],
    cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
    status: 'failed',
    fault: { code: 'bad-request', status: 400, message: '400 no', remedy: 'Correct it.' },
    ...changes,
  };
}

/** Code of a gallery's page that does nothing. */
export const samplePageCode = { script: 'void 0', style: '' };
