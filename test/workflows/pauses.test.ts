import { describe, expect, it } from 'vitest';

import { createPauses, describePause, type PauseReason } from '../../src/workflows/pauses.ts';

const since = '2026-11-26T06:00:00.000Z';
const of = (reason: PauseReason, detail?: string) =>
  describePause({ reason, ...(detail === undefined ? {} : { detail }) }, 'bees-0123456789', since);

describe('the reasons of a pause', () => {
  it('keep a run until the last of them is gone', () => {
    const pauses = createPauses();
    expect(pauses.any()).toBe(false);
    expect([pauses.add(of('operator')), pauses.add(of('credit'))]).toEqual([true, true]);
    expect(pauses.lift('operator')).toBe(true);
    expect(pauses.any()).toBe(true);
    expect(pauses.lift('credit')).toBe(true);
    expect(pauses.any()).toBe(false);
  });

  it('count once, with the time and the words of the first', () => {
    const pauses = createPauses();
    pauses.add(of('operator', 'first'));
    expect(pauses.add({ ...of('operator', 'second'), since: '2027-01-01T00:00:00.000Z' })).toBe(false);
    expect(pauses.list()).toEqual([of('operator', 'first')]);
    expect(pauses.lift('credit')).toBe(false);
  });

  it('go with the last of their holders, or all at once', () => {
    const pauses = createPauses();
    pauses.add(of('store'), 'one');
    pauses.add(of('store'), 'two');
    expect(pauses.lift('store', 'one')).toBe(false);
    expect(pauses.lift('store', 'two')).toBe(true);
    pauses.add(of('store'), 'one');
    pauses.add(of('store'), 'two');
    expect(pauses.lift('store')).toBe(true);
  });

  it('are carried from one execution to the next', () => {
    const carried = [of('operator', 'later')];
    const pauses = createPauses(carried);
    expect(pauses.list()).toEqual(carried);
    expect(pauses.lift('operator')).toBe(true);
  });
});

describe('what people are told of a pause', () => {
  it.each([
    ['operator', 'lunch', 'suspended by hand: lunch'],
    ['credit', 'no-credit', 'the account is out of credit'],
    ['credit', 'key-budget', 'the Pollen budget of the key is used up'],
    ['key', 'key-refused', 'the API refuses the key'],
    ['store', 'store-full', 'the object store takes no results (store-full)'],
  ] as const)('%s (%s) names the cause, and the command that goes on', (reason, detail, message) => {
    const pause = of(reason, detail);
    expect(pause.message).toContain(message);
    expect(pause.remedy).toContain('`pollen-batch resume bees-0123456789`');
    expect(pause.since).toBe(since);
  });
});
