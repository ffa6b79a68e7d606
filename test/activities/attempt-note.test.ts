import { describe, expect, it } from 'vitest';

import { answeredEffect, noteOf, withFault } from '../../src/activities/attempt-note.ts';
import { now, sampleCall, sampleFault, sampleHistory, samplePlan } from '../support/samples.ts';

const planned = { plan: samplePlan(), call: sampleCall() };
const attempted = { now, worker: '7@host', requestId: 'sent-1' };
const clock = { ...attempted, lastSuccess: 0, excused: false };
const miss = { status: 'miss' } as const;
const usage = { promptTextTokens: 10, completionTextTokens: 20 };

describe('the note of an attempt', () => {
  it('says when and how it ended, in whole milliseconds', () => {
    const fault = sampleFault({ requestId: 'r-1' });
    expect(noteOf(3, 'server-error', fault, { kind: 'refused' }, attempted)).toEqual({
      attempt: 3,
      at: now.toISOString(),
      worker: '7@host',
      code: 'server-error',
      status: 500,
      requestId: 'r-1',
      latencyMs: 12,
      effect: { kind: 'refused' },
    });
  });

  it('says which lane let it go, and at what rate, in no more digits than anybody reads', () => {
    const lane = { name: 'pictures', rps: 3.987_654_321 };
    const told = noteOf(1, 'reset', sampleFault(), { kind: 'lost' }, { ...attempted, lane });
    expect(told.lane).toEqual({ name: 'pictures', rps: 3.988 });
    const free = { ...attempted, lane: { name: 'all' } };
    expect(noteOf(1, 'reset', sampleFault(), { kind: 'lost' }, free).lane).toEqual({ name: 'all' });
  });

  it('has the id that it was sent with where the API told none, and none where nothing was sent', () => {
    const { status: _status, ...silent } = sampleFault();
    const idOf = (...[outcome, kind]: readonly [object, 'lost' | 'refused']): string | undefined =>
      noteOf(1, 'reset', { ...silent, ...outcome }, { kind }, attempted).requestId;
    expect(idOf({}, 'lost')).toBe('sent-1');
    expect(idOf({ status: 500 }, 'refused')).toBe('sent-1');
    expect(idOf({ requestId: 'r-1' }, 'lost')).toBe('r-1');
    expect(idOf({}, 'refused')).toBeUndefined();
  });

  it.each(['', 'some words of the API', 'a:b', '[redacted]', 'r\u0301', 'r-1\n', 'r'.repeat(129)])(
    'has the id that it was sent with where the API told %j for one',
    (requestId) => {
      const fault = sampleFault({ requestId });
      expect(noteOf(1, 'reset', fault, { kind: 'lost' }, attempted).requestId).toBe('sent-1');
      const id = 'Req_7.a=b-'.padEnd(128, '0');
      expect(noteOf(1, 'reset', sampleFault({ requestId: id }), { kind: 'lost' }, attempted).requestId).toBe(
        id,
      );
    },
  );

  it('tells what its answer used, wrong answers too', () => {
    const [note] = withFault(sampleHistory(), 1, sampleFault({ usage, cache: miss }), planned, clock).notes;
    expect(note).toMatchObject({ usage });
  });

  it('stays small whatever the API and the host are called', () => {
    const fault = sampleFault({ requestId: 'r'.repeat(9_000), usage });
    const long = { ...attempted, worker: 'h'.repeat(9_000), requestId: 'o'.repeat(9_000) };
    const note = noteOf(1, 'server-error', fault, { kind: 'lost' }, long);
    expect(JSON.stringify(note).length).toBeLessThan(600);
  });

  it.each([
    ['refused when nothing was generated', {}, { kind: 'refused' }],
    ['lost when something may have been', { lost: true }, { kind: 'lost' }],
    [
      'answered, and so billed, when a wrong answer tells its usage',
      { usage, cache: miss },
      { kind: 'answered', price: '0.00005', cache: miss },
    ],
    [
      'answered without a cache when none is told of',
      { usage },
      { kind: 'answered', price: '0.00005', cache: { status: 'absent' } },
    ],
  ])('is %s', (_words, changes, effect) => {
    const { notes } = withFault(sampleHistory(), 1, sampleFault(changes), planned, clock);
    expect(notes).toMatchObject([{ code: 'server-error', effect }]);
  });

  it.each(['rate-limited', 'queue-full', 'no-credit', 'key-budget', 'unauthorized'] as const)(
    'is not written for %s, which is only counted',
    (code) => {
      const history = withFault(sampleHistory(), 1, sampleFault({ code, status: 429 }), planned, clock);
      expect(history).toMatchObject({ seen: 1, throttled: 1, notes: [] });
    },
  );
});

describe('the price of an answer', () => {
  it("is that of the run's own prices and the model that was asked for, by any of its names", () => {
    expect(answeredEffect(planned, usage, miss)).toEqual({ kind: 'answered', price: '0.00005', cache: miss });
    const alias = { ...planned, call: sampleCall({ model: 'gpt-5-mini' }) };
    expect(answeredEffect(alias, usage, miss)).toMatchObject({ price: '0.00005' });
  });

  it('is known for an image of flat price whose cached answer tells no usage', () => {
    const image = { ...planned, call: sampleCall({ kind: 'image', model: 'flux' }) };
    expect(answeredEffect(image, {}, { status: 'hit' })).toMatchObject({ price: '0.002' });
  });

  it('is zero for a free model, and none for a model without a known price', () => {
    expect(answeredEffect({ ...planned, call: sampleCall({ model: 'free' }) }, usage, miss)).toMatchObject({
      price: '0',
    });
    expect(answeredEffect({ ...planned, call: sampleCall({ model: 'new' }) }, usage, miss)).toMatchObject({
      price: null,
    });
  });
});
