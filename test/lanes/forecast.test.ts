import { describe, expect, it } from 'vitest';

import { forecast } from '../../src/lanes/forecast.ts';

const load = (calls: number, latencyMs: number, model = 'openai') => ({ model, calls, latencyMs });

describe('a forecast', () => {
  it('takes the rate of the lane where that is the limit', () => {
    const { seconds, lanes } = forecast([load(10_080, 1_000)], [{ name: 'all', rps: 4, concurrency: 64 }]);
    expect(seconds).toBeCloseTo(2_520.75);
    expect(lanes).toMatchObject([{ lane: 'all', calls: 10_080, limit: 'rate' }]);
  });

  it('takes the calls in flight where calls last long, the job’s own limit among them', () => {
    const lanes = [{ name: 'all', rps: 4, concurrency: 64 }];
    expect(forecast([load(100, 60_000)], lanes, 10)).toMatchObject({
      seconds: 600,
      lanes: [{ concurrency: 10, limit: 'concurrency' }],
    });
  });

  it('is no shorter than one call', () => {
    expect(forecast([load(1, 5_000)], [{ name: 'all', concurrency: 64 }]).seconds).toBe(5);
  });

  it('lets lanes go on beside each other, and takes as long as the slowest', () => {
    const lanes = [
      { name: 'all', rps: 4, concurrency: 64 },
      { name: 'slow', models: ['kontext'], rps: 0.5, concurrency: 4 },
    ];
    const { seconds, lanes: found } = forecast([load(100, 1_000), load(20, 1_000, 'kontext')], lanes);
    expect(found.map(({ lane }) => lane)).toEqual(['slow', 'all']);
    expect(seconds).toBe(39);
  });

  it('takes no time for nothing', () => {
    expect(forecast([load(0, 1_000)], [{ name: 'all', concurrency: 4 }])).toEqual({ seconds: 0, lanes: [] });
  });
});
