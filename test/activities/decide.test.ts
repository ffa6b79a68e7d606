import { describe, expect, it } from 'vitest';

import { LOST_WORKER } from '../../src/activities/attempt-history.ts';
import {
  decide as decideIn,
  isPoison,
  isSuspect,
  lostWorkers,
  probeDelay,
  suspectDelay,
} from '../../src/activities/decide.ts';
import { verdicts, type FaultCode } from '../../src/pollinations/verdicts.ts';
import type { Advice } from '../../src/lanes/governor/mind.ts';
import { sampleFault, sampleHistory, sampleNote } from '../support/samples.ts';

const codes = Object.keys(verdicts) as FaultCode[];
const codesOf = (action: string): readonly FaultCode[] =>
  codes.filter((code) => verdicts[code].verdict.action === action);

const quietLane: Advice = { excused: false };
const decide = (
  history: Parameters<typeof decideIn>[0],
  fault: Parameters<typeof decideIn>[1],
  random: number,
  lane = quietLane,
) => decideIn(history, fault, random, lane);

/** The history after an item has failed so often with one code. */
const after = (code: FaultCode, times: number) =>
  sampleHistory({
    seen: times,
    notes: Array.from({ length: times }, (_, index) => sampleNote(index + 1, { code })),
  });

describe('an attempt that failed', () => {
  it.each(codesOf('fail'))('with %s fails the item at once', (code) => {
    expect(decide(after(code, 1), sampleFault({ code }), 0)).toEqual({ kind: 'fail' });
  });

  it.each(codesOf('retry'))('with %s is tried again until the tries of its code are used up', (code) => {
    const { verdict } = verdicts[code];
    const tries = verdict.action === 'retry' ? verdict.tries : 0;
    expect(decide(after(code, tries - 1), sampleFault({ code }), 0)).toMatchObject({
      kind: 'retry',
      because: 'fault',
    });
    expect(decide(after(code, tries), sampleFault({ code }), 0)).toEqual({ kind: 'fail' });
  });

  it('is not held responsible for other faults and throttles before it', () => {
    const history = sampleHistory({
      seen: 40,
      throttled: 30,
      notes: [...after('gateway', 7).notes, ...after('reset', 5).notes, sampleNote(40)],
    });
    expect(decide(history, sampleFault(), 0)).toMatchObject({ kind: 'retry' });
  });

  it('waits twice as long each time, up to a minute, and half as long again by chance', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7].map((times) =>
      decide(after('gateway', times), sampleFault({ code: 'gateway' }), 0),
    );
    expect(delays.map((decision) => 'delayMs' in decision && decision.delayMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000,
    ]);
    expect(decide(after('gateway', 1), sampleFault({ code: 'gateway' }), 0.999)).toMatchObject({
      delayMs: 1_500,
    });
  });

  it('waits as long as it was asked to', () => {
    const fault = sampleFault({ code: 'gateway', retryAfterMs: 90_000 });
    expect(decide(after('gateway', 1), fault, 0)).toMatchObject({ delayMs: 90_000 });
  });
});

describe('an attempt that was throttled', () => {
  it.each(['rate-limited', 'queue-full'] as const)('by %s never fails the item, however often', (code) => {
    const history = sampleHistory({ seen: 500, throttled: 500, throttledInRow: 500 });
    expect(decide(history, sampleFault({ code }), 0)).toEqual({
      kind: 'retry',
      delayMs: 30_000,
      because: 'throttled',
    });
  });

  it('waits what Retry-After says, or else longer and longer', () => {
    const history = sampleHistory({ throttledInRow: 3 });
    expect(decide(history, sampleFault({ code: 'rate-limited', retryAfterMs: 700 }), 0)).toMatchObject({
      delayMs: 700,
    });
    expect(decide(history, sampleFault({ code: 'rate-limited' }), 0)).toMatchObject({ delayMs: 4_000 });
    expect(decide(history, sampleFault({ code: 'rate-limited', retryAfterMs: 0 }), 0)).toMatchObject({
      delayMs: 4_000,
    });
  });
});

describe('an attempt in a lane with a rate', () => {
  it('that was throttled waits for the next turn, or as long as it was asked to', () => {
    const history = sampleHistory({ throttledInRow: 9 });
    const throttled = (retryAfterMs: number | undefined, turnMs: number, random = 0) =>
      decide(
        history,
        sampleFault({ code: 'rate-limited', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }),
        random,
        { excused: false, turnMs },
      );
    expect(throttled(undefined, 100)).toMatchObject({ delayMs: 1_000 });
    expect(throttled(undefined, 4_000)).toMatchObject({ delayMs: 4_000 });
    expect(throttled(9_000, 4_000)).toMatchObject({ delayMs: 9_000 });
    expect(throttled(undefined, 4_000, 1)).toMatchObject({ delayMs: 6_000 });
    // The lane is held as long, and then must not wait for its calls.
    expect(throttled(300_000, 250, 1)).toMatchObject({ delayMs: 305_000 });
  });
});

describe('an attempt in an outage', () => {
  const excused = (code: FaultCode, times: number) => ({
    ...after(code, times),
    notes: after(code, times).notes.map((note) => ({ ...note, excused: true as const })),
  });

  it('uses up none of the tries of its item, however often', () => {
    expect(decide(excused('gateway', 90), sampleFault({ code: 'gateway' }), 0)).toMatchObject({
      kind: 'retry',
    });
  });

  it.each([
    ['server-error', 34],
    ['not-the-api', 33],
  ] as const)('does, after very many, where the item may be the cause: %s', (code, times) => {
    expect(decide(excused(code, times - 1), sampleFault({ code }), 0)).toMatchObject({ kind: 'retry' });
    expect(decide(excused(code, times), sampleFault({ code }), 0)).toEqual({ kind: 'fail' });
  });
});

describe('an attempt without credit or with a refused key', () => {
  it.each(codesOf('pause'))('goes back at %s, and fails nothing', (code) => {
    expect(decide(sampleHistory(), sampleFault({ code }), 0)).toEqual({ kind: 'park', reason: 'credit' });
  });

  it('asks again, where it is the one that does so for a paused run, later and later up to five minutes', () => {
    expect([1, 2, 3, 5, 6, 40].map((tried) => probeDelay(tried, 0) / 1_000)).toEqual([
      15, 30, 60, 240, 300, 300,
    ]);
  });

  it('takes two refusals of the key for a rate limit, at least two seconds apart, and the third for a bad key', () => {
    const refused = (count: number) =>
      decide(sampleHistory({ unauthorized: { count, since: 0 } }), sampleFault({ code: 'unauthorized' }), 0);
    expect(refused(1)).toEqual({ kind: 'retry', delayMs: 2_000, because: 'throttled' });
    expect(refused(2)).toEqual({ kind: 'retry', delayMs: 2_000, because: 'throttled' });
    expect(refused(3)).toEqual({ kind: 'park', reason: 'key' });
  });
});

describe('an item that takes workers along', () => {
  it('is suspected at the third', () => {
    const history = (lost: number) => sampleHistory({ notes: after(LOST_WORKER as FaultCode, lost).notes });
    expect([2, 3].map((lost) => isSuspect(history(lost)))).toEqual([false, true]);
  });

  it('waits for other suspects the longer the more workers were lost with it, up to a minute, however often it was throttled', () => {
    expect([3, 4, 5, 7].map((lost) => suspectDelay(lost, 0) / 1_000)).toEqual([15, 30, 60, 60]);
    expect(suspectDelay(3, 1)).toBe(22_500);
    const history = { ...after(LOST_WORKER as FaultCode, 3), seen: 90, throttled: 87, throttledInRow: 87 };
    expect(lostWorkers(history)).toBe(3);
  });

  it('is given up at the eighth', () => {
    const history = (lost: number) => sampleHistory({ notes: after(LOST_WORKER as FaultCode, lost).notes });
    expect(isPoison(history(7))).toBe(false);
    expect(isPoison(history(8))).toBe(true);
  });
});
