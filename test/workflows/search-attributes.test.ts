import { describe, expect, it } from 'vitest';

import { createDue } from '../../src/workflows/search-attributes.ts';

/** How often the progress of a run is told that goes on evenly, one item at a time. */
function timesTold(items: number, msEach: number): number {
  const isDue = createDue(items, 0);
  let told = 0;
  for (let done = 1; done <= items; done += 1) if (isDue(done, done * msEach)) told += 1;
  return told;
}

describe('the cost of a run, as a search attribute', () => {
  it('is told twenty times at most, however large and slow the run', () => {
    expect(timesTold(100_000, 250)).toBe(20);
    expect(timesTold(40, 60_000)).toBe(20);
  });

  it('is told every ten seconds at most', () => {
    expect(timesTold(400, 100)).toBe(4);
  });

  it('is not told in the course of a run of seconds', () => {
    expect(timesTold(12, 500)).toBe(0);
  });
});
