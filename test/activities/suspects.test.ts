import { describe, expect, it } from 'vitest';

import { createSuspects, isAdmitted, type TakenIn } from '../../src/activities/suspects.ts';

const suspect = (lane: string, lost = 3) => ({ lane, lost });
const sent = (lane: string, lost = 3): TakenIn => ({ lane, lost, isSent: true });
const atGate = (lane: string, lost = 3): TakenIn => ({ lane, lost, isSent: false });

describe('a suspect that no worker was lost with as such', () => {
  it('is made with seven others of its lane at most, and beside those of other lanes', () => {
    expect(
      isAdmitted(
        suspect('a'),
        Array.from({ length: 7 }, () => sent('a')),
      ),
    ).toBe(true);
    expect(
      isAdmitted(
        suspect('a'),
        Array.from({ length: 8 }, () => atGate('a')),
      ),
    ).toBe(false);
    expect(
      isAdmitted(
        suspect('b'),
        Array.from({ length: 8 }, () => sent('a')),
      ),
    ).toBe(true);
  });

  it('is never made beside one that is likelier the cause', () => {
    expect(isAdmitted(suspect('a'), [sent('b', 4)])).toBe(false);
    expect(isAdmitted(suspect('a'), [atGate('a', 4)])).toBe(false);
  });

  it('does not wait for one that another lane has not sent: that lane may be stopped', () => {
    expect(isAdmitted(suspect('a'), [atGate('b', 4)])).toBe(true);
  });
});

describe('a suspect that a worker was lost with as such', () => {
  it('is made alone, across all lanes', () => {
    expect(isAdmitted(suspect('a', 4), [])).toBe(true);
    expect(isAdmitted(suspect('a', 4), [sent('b')])).toBe(false);
    expect(isAdmitted(suspect('a', 4), [atGate('a')])).toBe(false);
  });

  it('does not wait for those that another lane has not sent', () => {
    expect(isAdmitted(suspect('a', 4), [atGate('b'), atGate('c', 5)])).toBe(true);
  });
});

describe('the turns of a worker', () => {
  const never = new AbortController().signal;
  const enter = async (suspects: ReturnType<typeof createSuspects>, ...one: Parameters<typeof suspect>) => {
    const turn = await suspects.enter(suspect(...one), never);
    if (turn === undefined) throw new Error('it was not taken in');
    return turn;
  };

  it('have those of other lanes sent back before one is sent that must be alone, and never after', async () => {
    const suspects = createSuspects(1);
    const [alone, first, likely] = [
      await enter(suspects, 'a', 4),
      await enter(suspects, 'b'),
      await enter(suspects, 'c', 5),
    ];
    expect(await alone.take()).toBe(true);
    expect([alone, first, likely].map(({ away }) => away.aborted)).toEqual([false, true, true]);
    expect(await likely.take()).toBe(false);
    expect(await suspects.enter(suspect('d'), never)).toBeUndefined();
    for (const turn of [alone, first, likely]) turn.leave();
    expect(await (await enter(suspects, 'd', 7)).take()).toBe(true);
  });

  it('leave those at other gates there that may be sent as well', async () => {
    const suspects = createSuspects(1);
    const [one, other, likely] = [
      await enter(suspects, 'a'),
      await enter(suspects, 'b'),
      await enter(suspects, 'c', 4),
    ];
    expect(await one.take()).toBe(true);
    expect([other, likely].map(({ away }) => away.aborted)).toEqual([false, true]);
    expect(await other.take()).toBe(true);
  });

  it('wait until those that came with one, or were sent back for it, are gone', async () => {
    const suspects = createSuspects(40);
    const startedAt = performance.now();
    const alone = await enter(suspects, 'a', 4);
    await enter(suspects, 'b');
    const between = performance.now();
    await alone.take();
    expect(between - startedAt).toBeGreaterThan(75);
    expect(performance.now() - between).toBeGreaterThan(35);
  });

  it('send none that is stopped while it waits', async () => {
    const suspects = createSuspects(60_000);
    const stop = new AbortController();
    const entering = suspects.enter(suspect('a', 4), stop.signal);
    stop.abort();
    expect(await (await entering)?.take()).toBe(false);
  });
});
