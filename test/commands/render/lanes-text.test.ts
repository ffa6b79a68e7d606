import { describe, expect, it } from 'vitest';

import type { LaneReport } from '../../../src/commands/lanes/lanes.ts';
import { lanesText } from '../../../src/commands/render/lanes-text.ts';

const lane: LaneReport = {
  name: 'all',
  concurrency: 64,
  rps: 4,
  rate: 0,
  why: 'held for 11 s: the API asks to wait',
  setBy: 'workers',
  waiting: 6,
  waitingByPriority: { 1: 2, 3: 4 },
  startedPerSecond: 1.6,
  slots: 64,
  workers: 3,
  runs: [{ runId: 'shots-0123456789', priority: 'urgent', places: 8, waiting: 40 }],
};
const slow: LaneReport = {
  ...lane,
  name: 'slow',
  models: ['kontext', 'seedream', 'nanobanana'],
  waitingByPriority: { 3: 6 },
  rate: null,
  why: 'no limit is known',
  runs: [],
};

describe('lanes for people', () => {
  it('are a line each, with the reason of the rate, and below them the runs that wait', () => {
    expect(lanesText([lane, slow]).split('\n')).toEqual([
      'LANE  MODELS                         WAITING       STARTED  RATE      SLOTS  WORKERS  WHY',
      'all   all others                     6 (2 urgent)  1.6/s    0/s       64     3        held for 11 s: the API asks to wait',
      'slow  kontext, seedream, nanobanana  6             1.6/s    no limit  64     3        no limit is known',
      '',
      'LANE  RUN               PRIORITY  PLACES  TO COME',
      'all   shots-0123456789  urgent    8       40',
    ]);
  });

  it('have the reason below them on a narrow screen', () => {
    const [head, ...rows] = lanesText([lane, slow], 80).split('\n');
    expect(head).not.toContain('WHY');
    expect(rows.slice(0, 4)).toEqual([
      expect.stringMatching(/^all +all others/),
      '  held for 11 s: the API asks to wait',
      expect.stringMatching(/^slow +kontext, seedre… /),
      '  no limit is known',
    ]);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
  });
});
