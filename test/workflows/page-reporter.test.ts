import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/records/tally.ts';
import type { PageProgress } from '../../src/workflows/messages.ts';
import { createReporter } from '../../src/workflows/page-reporter.ts';

/** Walks a page of calls that end one by one, as its workflow does. */
function walk(calls: number, places: number, send?: (report: PageProgress) => Promise<void>) {
  const sent: PageProgress[] = [];
  const told = (report: PageProgress): Promise<void> => {
    sent.push(report);
    return send?.(report) ?? Promise.resolve();
  };
  const reporter = createReporter(calls, told, 0);
  let waiting = calls - places;
  let running = places;
  for (let finished = 1; finished <= calls; finished += 1) {
    if (waiting > 0) waiting -= 1;
    else running -= 1;
    const inFlight = Math.min(running, calls - finished - waiting);
    const progress = { page: 0, tally: emptyTally, waiting, inFlight, places, freed: places - running };
    reporter.note(progress, finished);
  }
  return { sent, reporter };
}

const finishedOf = (calls: number) => (report: PageProgress) => calls - report.waiting - report.inFlight;

describe('the reports of a page', () => {
  it('come with each quarter of its calls, and with each quarter of its places that it gives back', () => {
    const { sent } = walk(200, 16);
    expect(sent.map(finishedOf(200))).toEqual([50, 100, 150, 188, 192, 196]);
    expect(sent.map(({ freed }) => freed)).toEqual([0, 0, 0, 4, 8, 12]);
  });

  it('are at most eight, however many calls and places there are', () => {
    for (const [calls, places] of [
      [250, 1],
      [250, 250],
      [250, 64],
      [1, 1],
      [7, 3],
      [3, 3],
    ] as const) {
      expect(walk(calls, places).sent.length).toBeLessThanOrEqual(8);
    }
  });

  it('do not include the end, which the page tells by its result', () => {
    expect(walk(1, 1).sent).toEqual([]);
    for (const report of walk(40, 8).sent) expect(finishedOf(40)(report)).toBeLessThan(40);
  });

  it('are all delivered or lost before they count as settled, and a run that is gone does no harm', async () => {
    let delivered = 0;
    const { sent, reporter } = walk(8, 1, async () => {
      await Promise.resolve();
      delivered += 1;
      throw new Error('the run is gone');
    });
    await reporter.settled();
    expect(delivered).toBe(sent.length);
    expect(delivered).toBeGreaterThan(0);
  });

  it('come with each quarter of the places that it holds, however many it has given back before', () => {
    const freedOf = (countsHeld: boolean): readonly number[] => {
      const sent: PageProgress[] = [];
      const send = (report: PageProgress): Promise<void> => {
        sent.push(report);
        return Promise.resolve();
      };
      const reporter = createReporter(100, send, 0, () => countsHeld);
      const note = (places: number, freed: number): void =>
        reporter.note({ page: 0, tally: emptyTally, waiting: 0, inFlight: 1, places, freed }, 0);
      reporter.granted(32);
      for (let freed = 0; freed <= 32; freed += 1) note(32, freed);
      sent.length = 0;
      reporter.granted(4);
      for (let freed = 32; freed <= 36; freed += 1) note(36, freed);
      return sent.map(({ freed }) => freed);
    };
    expect(freedOf(true)).toEqual([33, 34, 35, 36]);
    expect(freedOf(false)).toEqual([]);
  });

  it('ask for places when a step makes calls ready that the run takes for done', () => {
    const sent: PageProgress[] = [];
    const send = (report: PageProgress): Promise<void> => {
      sent.push(report);
      return Promise.resolve();
    };
    const reporter = createReporter(8, send, 0);
    const note = (waiting: number, freed: number): void =>
      reporter.note({ page: 0, tally: emptyTally, waiting, inFlight: 1, places: 4, freed }, 0);
    reporter.granted(4);
    note(0, 3);
    note(5, 3);
    note(4, 3);
    expect(sent.map(({ waiting }) => waiting)).toEqual([0, 5]);
    reporter.granted(5);
    note(0, 3);
    note(2, 3);
    expect(sent.map(({ waiting }) => waiting)).toEqual([0, 5, 2]);
  });
});
