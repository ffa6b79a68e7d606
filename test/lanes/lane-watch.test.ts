import { describe, expect, it } from 'vitest';

import { watchLane } from '../../src/lanes/governor/lane-watch.ts';
import { recordMeters } from '../support/recording-meters.ts';

const configured = { rps: 4, adaptive: false };

describe('a lane that is watched', () => {
  it('has its calls counted at the gate and at the API', () => {
    const { meters, told } = recordMeters();
    const watch = watchLane(meters, 'slow');
    expect(told()).toEqual(['sent 0 lane=slow', 'inFlight 0 lane=slow', 'atHand 0 lane=slow']);
    watch.waits()();
    watch.sends()();
    expect(told().slice(3)).toEqual([
      'atHand 1 lane=slow',
      'atHand -1 lane=slow',
      expect.stringMatching(/^gateWait 0(\.\d+)? lane=slow$/),
      'sent 1 lane=slow',
      'inFlight 1 lane=slow',
      'inFlight -1 lane=slow',
    ]);
  });

  it('has one phase at a time, and the rate that its queue has', () => {
    const { meters, told } = recordMeters();
    const watch = watchLane(meters, 'all');
    watch.is({ configured, rate: 4, phase: { kind: 'running' } }, 8);
    watch.is({ configured, rate: 4, phase: { kind: 'running' } }, 8);
    watch.is({ configured, rate: 4, phase: { kind: 'held', left: 3 } }, 8);
    watch.is({ configured: { adaptive: false }, phase: { kind: 'running' } }, 8);
    watch.is(undefined, 8);
    const places = 'lanePlaces 8 lane=all';
    expect(told().slice(3)).toEqual([
      places,
      'laneRate 4 lane=all',
      'lanePhase 1 lane=all phase=running',
      places,
      'laneRate 4 lane=all',
      places,
      'laneRate 0 lane=all',
      'lanePhase 0 lane=all phase=running',
      'lanePhase 1 lane=all phase=held',
      places,
      'laneRate Infinity lane=all',
      'lanePhase 0 lane=all phase=held',
      'lanePhase 1 lane=all phase=running',
      places,
      'lanePhase 0 lane=all phase=running',
      'lanePhase 1 lane=all phase=by-hand',
    ]);
  });
});
