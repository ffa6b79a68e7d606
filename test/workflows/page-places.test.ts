import { describe, expect, it } from 'vitest';

import { boundBy, shareOut, shedBy } from '../../src/workflows/lane-shares.ts';
import { createPagePlaces } from '../../src/workflows/page-places.ts';

describe('the places of a page', () => {
  it('are given back as soon as they have no call, where all calls are for one lane', () => {
    const places = createPagePlaces('all', false);
    places.grant(4);
    for (let count = 0; count < 4; count += 1) places.enter();
    places.leave();
    expect([places.freed(), places.idle()]).toEqual([1, 0]);
  });

  it('in one of several lanes are kept while there may be calls for one of them, the others given back a few times', () => {
    const places = createPagePlaces('pictures', true);
    places.grant(8);
    for (let count = 0; count < 8; count += 1) places.enter();
    places.leave();
    expect(places.giveBack(true)).toBe(false);
    places.leave();
    expect(places.giveBack(true)).toBe(true);
    expect([places.freed(), places.idle()]).toEqual([2, 0]);
    for (let count = 0; count < 6; count += 1) places.leave();
    expect(places.giveBack(true)).toBe(true);
    expect([places.freed(), places.idle()]).toEqual([7, 1]);
    expect(places.giveBack(false)).toBe(true);
    expect([places.freed(), places.idle()]).toEqual([8, 0]);
  });

  it('are kept after that, since each return costs events', () => {
    const places = createPagePlaces('pictures', true);
    const returns = [1, 2, 3, 4, 5].map(() => {
      places.grant(3);
      return places.giveBack(true);
    });
    expect(returns).toEqual([true, true, true, true, false]);
  });
});

describe('what a job allows itself', () => {
  const plan = { concurrency: { a: 8, b: 2, c: 8 }, limit: 7 };

  it('is shared by the lanes that have something to do, and never comes to more', () => {
    const shares = (active: readonly string[]) => active.map((lane) => shareOut(plan, active, lane));
    expect(shares(['a', 'b', 'c'])).toEqual([3, 2, 2]);
    expect(shares(['a', 'c'])).toEqual([4, 3]);
    expect(shares(['c'])).toEqual([7]);
  });

  it('leaves each lane its own where the job says nothing', () => {
    expect(shareOut({ concurrency: plan.concurrency }, [], 'a')).toBe(8);
  });
});

describe('places that a run wants back', () => {
  it('go as their calls end, and no more of them than the page holds', () => {
    const places = createPagePlaces('all', false);
    places.grant(3);
    for (let count = 0; count < 3; count += 1) places.enter();
    places.shed(2);
    expect([places.owes(), places.freed()]).toEqual([true, 0]);
    places.leave();
    places.leave();
    expect([places.owes(), places.freed()]).toEqual([false, 2]);
    places.shed(5);
    expect(places.owes()).toBe(true);
    places.leave();
    expect([places.owes(), places.freed()]).toEqual([false, 3]);
  });

  it('are the idle ones first where the page has several lanes, and never its last one', () => {
    const places = createPagePlaces('pictures', true);
    places.grant(4);
    for (let count = 0; count < 2; count += 1) places.enter();
    places.shed(4);
    expect([places.freed(), places.idle(), places.owes()]).toEqual([2, 0, true]);
    places.leave();
    expect([places.freed(), places.owes()]).toEqual([3, false]);
    places.leave();
    expect([places.freed(), places.idle()]).toEqual([3, 1]);
  });

  it('are those of the youngest pages, but for one of each page that needs other lanes', () => {
    expect(shedBy(5, [4, 3, 2], () => 0)).toEqual([0, 3, 2]);
    expect(shedBy(5, [4, 3, 2], () => 1)).toEqual([2, 2, 1]);
    expect(shedBy(99, [1, 1], () => 1)).toEqual([0, 0]);
    expect(shedBy(-3, [4], () => 0)).toEqual([0]);
  });
});

describe('what a run may have under way', () => {
  it('is what its lanes take, up to what it allows itself', () => {
    expect(boundBy({ all: 24 }, undefined)).toEqual({ concurrency: { all: 24 } });
    expect(boundBy({ all: 24 }, 4)).toEqual({ concurrency: { all: 4 } });
    expect(boundBy({ all: 24, pictures: 3 }, 4)).toEqual({ concurrency: { all: 4, pictures: 3 }, limit: 4 });
    expect(boundBy({ all: 24, pictures: 3 }, 1)).toEqual({ concurrency: { all: 1, pictures: 1 } });
  });
});
