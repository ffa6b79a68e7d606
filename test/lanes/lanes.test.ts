import { describe, expect, it } from 'vitest';

import { defaultLanes, laneOf } from '../../src/lanes/lanes.ts';

const lanes = [
  { name: 'slow', models: ['kontext', 'seedream'], concurrency: 2 },
  { name: 'rest', concurrency: 64 },
];

describe('the lane of a model', () => {
  it('is the one that names it, else the one for all others, wherever that stands', () => {
    expect(laneOf(lanes, 'kontext')).toBe('slow');
    expect(laneOf(lanes, 'openai')).toBe('rest');
    expect(laneOf([...lanes].reverse(), 'seedream')).toBe('slow');
  });

  it('is one for all models when nothing is configured, below the five calls a second that a key may make', () => {
    expect(laneOf(defaultLanes, 'anything')).toBe('all');
    expect(defaultLanes).toHaveLength(1);
    expect(defaultLanes[0]?.rps).toBeLessThan(5);
  });
});
