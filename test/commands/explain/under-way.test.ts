import { describe, expect, it } from 'vitest';

import { readTold } from '../../../src/commands/explain/told-history.ts';
import { underWayOf, type PendingCall } from '../../../src/commands/explain/under-way.ts';
import { underWayText } from '../../../src/commands/render/explain-text.ts';
import { sampleHistory, sampleNote } from '../../support/samples.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const pricing = { mode: 'exact', maximum: '0.5', shared: false } as const;
const worker = '7@host 0a1b2c3d';

function pending(changes: Partial<PendingCall> = {}): PendingCall {
  return {
    activity: 'generateText',
    state: 1,
    attempt: 1,
    worker: '',
    scheduledAt: now - 60_000,
    startedAt: undefined,
    heardAt: undefined,
    nextAt: undefined,
    details: undefined,
    failure: undefined,
    ...changes,
  };
}

const started = { state: 2, worker, startedAt: now - 8_000, heardAt: now - 1_000 } as const;

function look(changes: Partial<PendingCall>) {
  const call = pending(changes);
  return underWayOf(call, readTold(call.details, pricing), now);
}

describe('what is going on with a call', () => {
  it('is queued until a worker takes it, and again after its pause has passed', () => {
    expect(look({})).toEqual({ kind: 'queued', since: '2026-01-02T03:03:05.000Z' });
    const failure = { code: 'gateway', message: 'gateway (502): later.' };
    expect(look({ attempt: 2, nextAt: now - 1_000, failure })).toMatchObject({ kind: 'queued' });
  });

  it('is backing off until its next attempt, and says after what', () => {
    const failure = { code: 'rate-limited', message: 'rate-limited (429): it \u001b[31mslows down.' };
    const way = look({ attempt: 3, nextAt: now + 5_000, failure });
    expect(way).toEqual({ kind: 'backing-off', until: '2026-01-02T03:04:10.000Z', ...failure });
    expect(underWayText(way)).toBe(
      'Backing off until 2026-01-02 03:04:10 UTC, after rate-limited (429): it  [31mslows down.',
    );
  });

  it('is at hand while its heartbeats do not say that it was sent, and in flight when they do', () => {
    const history = sampleHistory({ seen: 1, current: { attempt: 2, worker } });
    expect(look({ ...started, attempt: 2, details: history })).toMatchObject({ kind: 'at-hand', worker });
    const sent = { ...history, current: { attempt: 2, worker, sentAt: '2026-01-02T03:04:00.000Z' } };
    expect(look({ ...started, attempt: 2, details: sent })).toEqual({
      kind: 'in-flight',
      worker,
      since: '2026-01-02T03:04:00.000Z',
    });
  });

  it('is one or the other before the first heartbeat of the attempt', () => {
    expect(look({ ...started, heardAt: undefined })).toMatchObject({ kind: 'taken' });
    const earlier = sampleHistory({ current: { attempt: 1, worker, sentAt: '2026-01-02T03:00:00.000Z' } });
    expect(look({ ...started, attempt: 2, heardAt: now - 9_000, details: earlier })).toMatchObject({
      kind: 'taken',
    });
  });

  it('counts the attempts of a call that was put back', () => {
    const details = sampleHistory({
      base: 4,
      current: { attempt: 5, worker, sentAt: '2026-01-02T03:04:00.000Z' },
    });
    expect(look({ ...started, attempt: 1, details })).toMatchObject({ kind: 'in-flight' });
  });

  it('is held by its worker while the store is away', () => {
    expect(look({ ...started, details: sampleHistory({ holds: 'a-holder' }) })).toEqual({
      kind: 'held',
      worker,
    });
  });
});

describe('what a call has told with its heartbeats', () => {
  it('is charged as its record will be', () => {
    const told = readTold(
      sampleHistory({
        throttled: 3,
        notes: [
          sampleNote(1),
          sampleNote(2, { code: 'reset', effect: { kind: 'lost' } }),
          sampleNote(3, {
            code: 'answered',
            effect: { kind: 'answered', price: '0.02', cache: { status: 'miss' } },
          }),
        ],
      }),
      { ...pricing, mode: 'none' },
    );
    expect(told.throttled).toBe(3);
    expect(told.attempts.map(({ charge }) => charge)).toEqual([
      { amount: '0', certainty: 'free' },
      { amount: '0.5', certainty: 'unknown' },
      { amount: '0.02', certainty: 'exact' },
    ]);
  });

  it.each([undefined, null, 'text', { notes: 'none' }, { notes: [null, {}] }])(
    'is nothing in %j',
    (details) => {
      expect(readTold(details, pricing).attempts).toEqual([]);
    },
  );
});
