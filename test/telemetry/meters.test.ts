import type { MetricMeter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { createMeters } from '../../src/telemetry/meters.ts';

/** A meter of the SDK that keeps what it is told. */
function sdkMeter() {
  const told: string[] = [];
  const tell =
    (name: string, verb: string) =>
    (value: number, tags: object = {}) =>
      void told.push(`${name} ${verb} ${value} ${JSON.stringify(tags)}`);
  const meter = {
    createCounter: (name: string) => ({ add: tell(name, 'counts') }),
    createGauge: (name: string) => ({ set: tell(name, 'is') }),
    createUpDownCounter: (name: string) => ({ add: tell(name, 'moves') }),
    createHistogram: (name: string) => ({ record: tell(name, 'records') }),
  } as unknown as MetricMeter;
  return { meter, told };
}

describe('meters', () => {
  it('have every series that can be known from the start, as 0', () => {
    const { meter, told } = sdkMeter();
    createMeters(meter);
    const begun = told.map((line) => line.split(' ')[0]);
    expect(told).toContain('pollen_batch_items counts 0 {"state":"expired","kind":"image"}');
    expect(told).toContain('pollen_batch_held_answers moves 0 {}');
    expect(begun.filter((name) => name === 'pollen_batch_items')).toHaveLength(10);
    expect(begun.filter((name) => name === 'pollen_batch_runs')).toHaveLength(5);
    expect(begun).not.toContain('pollen_batch_attempts');
    expect(begun).not.toContain('gen_ai_client_token_usage');
  });

  it('add to counters and levels, set gauges, and record in histograms', () => {
    const { meter, told } = sdkMeter();
    const meters = createMeters(meter);
    told.length = 0;
    meters.runs(1, { state: 'completed' });
    meters.laneRate(3.96, { lane: 'all' });
    meters.inFlight(-1, { lane: 'all' });
    meters.gateWait(0.5, { lane: 'all' });
    expect(told).toEqual([
      'pollen_batch_runs counts 1 {"state":"completed"}',
      'pollen_batch_lane_rate_limit is 3.96 {"lane":"all"}',
      'pollen_batch_lane_in_flight moves -1 {"lane":"all"}',
      'pollen_batch_lane_gate_wait_seconds records 0.5 {"lane":"all"}',
    ]);
  });
});
