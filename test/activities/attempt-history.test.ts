import { describe, expect, it } from 'vitest';

import {
  LOST_WORKER,
  attemptOf,
  hasUnkept,
  owesLoss,
  recallHistory,
  withCurrent,
  withEarlierActivities,
  withEarlierExecution,
  withNote,
  withNothingSent,
  withRefusedKey,
  withThrottle,
} from '../../src/activities/attempt-history.ts';
import { sampleHistory, sampleNote } from '../support/samples.ts';

const first = recallHistory(undefined, 1);

describe('the history of a call', () => {
  it('is empty at the first attempt', () => {
    expect(first).toEqual({ seen: 0, throttled: 0, throttledInRow: 0, notes: [] });
  });

  it('comes back as it was told, through JSON', () => {
    const told = withNote(first, sampleNote(1));
    expect(recallHistory(JSON.parse(JSON.stringify(told)), 2)).toEqual(told);
  });

  it('has a lost worker for each attempt that told nothing', () => {
    const told = withNote(first, sampleNote(1));
    const recalled = recallHistory(told, 4);
    expect(recalled.seen).toBe(3);
    expect(recalled.notes.slice(1)).toEqual([
      { attempt: 2, code: LOST_WORKER, effect: { kind: 'lost' } },
      { attempt: 3, code: LOST_WORKER, effect: { kind: 'lost' } },
    ]);
  });

  it('counts a worker lost at the very first attempt', () => {
    expect(recallHistory(undefined, 2).notes).toMatchObject([{ attempt: 1, code: LOST_WORKER }]);
  });

  it('names the worker that was lost, where it lived long enough to say who it was', () => {
    const told = withCurrent(withNote(first, sampleNote(1)), 2, '7@host');
    expect(recallHistory(told, 4).notes.slice(1)).toEqual([
      { attempt: 2, worker: '7@host', code: LOST_WORKER, effect: { kind: 'lost' } },
      { attempt: 3, code: LOST_WORKER, effect: { kind: 'lost' } },
    ]);
  });

  it('takes details that are no history for none', () => {
    for (const details of ['text', 7, null, {}, { seen: 3 }]) {
      expect(recallHistory(details, 2).notes).toMatchObject([{ attempt: 1, code: LOST_WORKER }]);
    }
  });

  it('holds nothing against an attempt that ended before it sent anything', () => {
    expect(recallHistory(withNothingSent(first, 1), 2).notes).toEqual([]);
  });

  it('counts throttles without listing them, and in a row until something else happens', () => {
    const throttled = withThrottle(withThrottle(first, 1), 2);
    expect(throttled).toMatchObject({ seen: 2, throttled: 2, throttledInRow: 2, notes: [] });
    const other = withNote(throttled, sampleNote(3));
    expect(other).toMatchObject({ seen: 3, throttled: 2, throttledInRow: 0 });
    expect(withThrottle(other, 4)).toMatchObject({ throttled: 3, throttledInRow: 1 });
  });

  it('counts refusals of the key in a row, and anew after anything else or a success of the key', () => {
    const one = withRefusedKey(first, 1, 1_000, 0);
    const two = withRefusedKey(one, 2, 3_000, 0);
    expect(two.unauthorized).toEqual({ count: 2, since: 1_000 });
    expect(withRefusedKey(two, 3, 5_000, 2_000).unauthorized).toEqual({ count: 1, since: 5_000 });
    expect(withThrottle(two, 3).unauthorized).toBeUndefined();
    expect(withNote(two, sampleNote(3)).unauthorized).toBeUndefined();
  });

  it('stays small: past a hundred notes the oldest that cost nothing gives way, and none that may have cost', () => {
    const lost = sampleNote(1, { effect: { kind: 'lost' } });
    let history = sampleHistory({ seen: 1, notes: [lost] });
    for (let attempt = 2; attempt <= 150; attempt += 1) history = withNote(history, sampleNote(attempt));
    expect(history.notes).toHaveLength(100);
    expect(history.notes[0]).toEqual(lost);
    expect(history.notes.at(-1)?.attempt).toBe(150);
  });
});

describe('a call of a run that was taken up again', () => {
  const none = recallHistory(undefined, 1);

  it('may have been sent before, once', () => {
    const earlier = withEarlierExecution(none, false, 'second');
    expect(earlier.notes).toEqual([{ attempt: 0, code: 'lost-worker', effect: { kind: 'lost' } }]);
    expect(withEarlierExecution(earlier, false, 'second')).toEqual(earlier);
  });

  it('was not where its request has only now been made, nor do its later attempts forget that', () => {
    const first = withThrottle(withEarlierExecution(none, true, 'second'), 1);
    expect(first.notes).toEqual([]);
    expect(withEarlierExecution(recallHistory(first, 2), false, 'second').notes).toEqual([]);
  });

  it('keeps what was kept of it, and may have been sent once more since', () => {
    const told = withNote(none, sampleNote(1, { effect: { kind: 'lost' }, code: 'edge-timeout' }));
    const kept = { ...told, losses: 1, kept: 1, execution: 'first' };
    const taken = withEarlierActivities(recallHistory(undefined, 2), kept, 1, 'second');
    const known = withEarlierExecution(taken, false, 'second');
    expect(known.notes.map(({ attempt, code }) => [attempt, code])).toEqual([
      [1, 'edge-timeout'],
      // Lost in this execution, between two activities.
      [2, LOST_WORKER],
      [3, LOST_WORKER],
      [4, LOST_WORKER],
    ]);
    expect([attemptOf(known, 2), known.seen]).toEqual([5, 4]);
    const again = withEarlierActivities(none, { ...known, kept: 4 }, 1, 'second');
    expect(withEarlierExecution(again, false, 'second').notes).toEqual(known.notes);
  });

  it('tells what may have been charged and is not kept yet', () => {
    const earlier = withEarlierExecution(none, false, 'second');
    expect([hasUnkept(earlier, 0), hasUnkept(earlier, 1)]).toEqual([true, false]);
    const lost = recallHistory(undefined, 2);
    expect(hasUnkept(lost, 1)).toBe(true);
    expect(hasUnkept({ ...lost, kept: 1 }, 0)).toBe(false);
    expect(hasUnkept(withNote(none, sampleNote(1)), 0)).toBe(false);
  });
});

describe('the history of a call that was put back', () => {
  const kept = withNote(first, sampleNote(1, { effect: { kind: 'lost' }, code: 'edge-timeout' }));

  it('goes on from what was kept, and so do its numbers', () => {
    const taken = withEarlierActivities(first, JSON.parse(JSON.stringify(kept)), 0);
    expect(attemptOf(taken, 1)).toBe(2);
    expect(withNote(taken, sampleNote(2)).notes.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(recallHistory(withNothingSent(taken, 2), 2)).toMatchObject({ seen: 2, base: 1 });
  });

  it('has a lost worker for each that was lost between two activities, however often it is told', () => {
    const once = withEarlierActivities(first, kept, 1);
    expect(once.notes.map(({ attempt, code }) => [attempt, code])).toEqual([
      [1, 'edge-timeout'],
      [2, LOST_WORKER],
    ]);
    expect(withEarlierActivities(first, once, 1).notes).toEqual(once.notes);
    expect(withEarlierActivities(first, once, 2).notes).toHaveLength(3);
    expect(withEarlierActivities(first, undefined, 1).notes).toMatchObject([
      { attempt: 1, code: LOST_WORKER },
    ]);
  });

  it('keeps what its own activity has found out before it could be read', () => {
    const holes = recallHistory(undefined, 2);
    const taken = withEarlierActivities(holes, kept, 0);
    expect(taken.notes.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(attemptOf(taken, 2)).toBe(3);
  });

  it('is read once', () => {
    const taken = withEarlierActivities(first, undefined, 0);
    expect(withEarlierActivities(taken, kept, 3)).toBe(taken);
  });
});

describe('a call that is taken back while it waits for its next attempt', () => {
  const unsent = withNothingSent(first, 1);
  const refused = withNote(first, sampleNote(1));
  const lost = withNote(first, sampleNote(1, { effect: { kind: 'lost' } }));

  it('owes nothing before its first attempt, nor after attempts that cost nothing', () => {
    expect(owesLoss(undefined, 1)).toBe(false);
    expect(owesLoss(unsent, 2)).toBe(false);
    expect(owesLoss(refused, 2)).toBe(false);
    expect(owesLoss(withThrottle(first, 1), 2)).toBe(false);
  });

  it('owes a loss where its worker was lost with it, whatever it had told before', () => {
    expect(owesLoss(undefined, 2)).toBe(true);
    expect(owesLoss(first, 2)).toBe(true);
    expect(owesLoss(refused, 3)).toBe(true);
    expect(owesLoss({ ...lost, kept: 1 }, 3)).toBe(true);
  });

  it('owes a loss where an attempt told of one that it could not keep, and none of one that is kept', () => {
    expect(owesLoss(lost, 2)).toBe(true);
    expect(owesLoss({ ...lost, kept: 1 }, 2)).toBe(false);
    const answered = sampleNote(1, { effect: { kind: 'answered', price: '0.1', cache: { status: 'miss' } } });
    expect(owesLoss(withNote(first, answered), 2)).toBe(true);
  });

  it('owes nothing for the activities before, whose losses its page counts', () => {
    const again = withEarlierActivities(first, undefined, 2, 'execution');
    expect(owesLoss(withNothingSent(again, 3), 2)).toBe(false);
    expect(owesLoss(again, 2)).toBe(true);
  });
});
