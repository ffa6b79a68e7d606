import { describe, expect, it } from 'vitest';

import type { SteerRequest } from '../../src/workflows/messages.ts';
import {
  createSteering,
  nextRequest,
  renewedRequest,
  untold,
  type Steering,
} from '../../src/workflows/steering.ts';
import { orders } from '../support/orders.ts';

type How = Parameters<typeof nextRequest>[1];

/** What a run tells a page, in its order. */
function told(...hows: readonly How[]): readonly SteerRequest[] {
  let last = untold;
  return hows.map((how) => (last = nextRequest(last, how)));
}

function begun(steering: Steering): { readonly done: string[]; readonly probes: (() => boolean)[] } {
  const done: string[] = [];
  const probes: (() => boolean)[] = [];
  let round = 0;
  steering.begin({
    pause: (isNew) => done.push(isNew ? 'pause' : 'again'),
    go: () => done.push(`go ${round}`),
    probe(isDue) {
      done.push('probe');
      probes.push(isDue);
    },
    takeRound: (times) => (round = times),
    takeTerms: ({ count }, isCalling) => done.push(`terms ${count}${isCalling ? ', calling' : ''}`),
  });
  return { done, probes };
}

describe('a page that is steered', () => {
  it.each([
    [['pause', 'go', 'pause'], true, 1],
    [['pause', 'go', 'pause', 'go'], false, 2],
    [['pause', 'pause', 'probe', 'go'], false, 1],
  ] as const)('stands as it was told last, in whatever order it hears of %j', (hows, isPaused, rounds) => {
    for (const order of orders(told(...hows))) {
      // With some of it before the page was ready.
      for (let early = 0; early <= order.length; early += 1) {
        const steering = createSteering();
        let round = 0;
        for (const request of order.slice(0, early)) steering.steer(request);
        steering.begin({
          pause: () => {},
          go: () => {},
          probe: () => {},
          takeRound: (times) => (round = times),
          takeTerms: () => {},
        });
        for (const request of order.slice(early)) steering.steer(request);
        expect([steering.isPaused(), round]).toEqual([isPaused, rounds]);
      }
    }
  });

  it('hears of nothing twice', () => {
    const steering = createSteering();
    const { done } = begun(steering);
    const [pause, go] = told('pause', 'go');
    for (const request of [pause, pause, go, pause, go]) if (request) steering.steer(request);
    expect(done).toEqual(['pause', 'go 1']);
  });

  it('takes new terms once, whatever it hears of first, and sends by them at once where it makes calls', () => {
    const terms = { count: 1, shed: { all: 2 } };
    const renewed = { ...untold, turn: 1, terms };
    const pause = nextRequest(renewed, 'pause');
    const paused = { ...pause, turn: 3, terms: { ...terms, count: 2 } };
    for (const [order, expected] of [
      [
        [renewed, pause, paused],
        ['terms 1, calling', 'pause', 'terms 2'],
      ],
      [
        [pause, renewed, paused],
        ['terms 1', 'pause', 'terms 2'],
      ],
      [
        [paused, pause, renewed],
        ['terms 2', 'pause'],
      ],
    ] as const) {
      const steering = createSteering();
      const { done } = begun(steering);
      for (const request of order) steering.steer(request);
      expect(done).toEqual(expected);
    }
  });

  it('stays paused by itself when it hears of new terms before its run has heard of that', () => {
    const steering = createSteering();
    const { done } = begun(steering);
    const [pause, go = untold] = told('pause', 'go');
    for (const request of [pause, go]) if (request) steering.steer(request);
    steering.pause();
    steering.steer(renewedRequest(go, new Map([['all', 1]]), undefined));
    expect(done).toEqual(['pause', 'go 1', 'pause', 'terms 1']);
    expect(steering.isPaused()).toBe(true);
  });

  it('makes the call that is to find out once, and goes on with it, when it hears of new terms meanwhile', () => {
    const [pause = untold, probe = untold] = told('pause', 'probe');
    const renewed = renewedRequest(probe, new Map(), 'low');
    for (const order of orders([pause, probe, renewed])) {
      const steering = createSteering();
      const { done, probes } = begun(steering);
      for (const request of order) steering.steer(request);
      expect(done.filter((one) => one === 'probe')).toHaveLength(1);
      expect(done).not.toContain('again');
      expect(probes.map((isDue) => isDue())).toEqual([true]);
    }
  });

  it('pauses by itself until it is told to go on', () => {
    const steering = createSteering();
    const { done } = begun(steering);
    steering.pause();
    for (const request of told('pause', 'go')) steering.steer(request);
    expect(done).toEqual(['pause', 'again', 'go 1']);
    expect(steering.isPaused()).toBe(false);
  });

  it('makes no call to find out once it was told something else', () => {
    const steering = createSteering();
    const { done, probes } = begun(steering);
    const requests = told('pause', 'probe', 'pause');
    for (const request of requests.slice(0, 2)) steering.steer(request);
    expect(done).toEqual(['pause', 'probe']);
    expect(probes.map((isDue) => isDue())).toEqual([true]);
    for (const request of requests.slice(2)) steering.steer(request);
    expect(probes.map((isDue) => isDue())).toEqual([false]);
  });

  it('pauses where it hears of the call first that is to find out', () => {
    const steering = createSteering();
    const { done } = begun(steering);
    for (const request of told('pause', 'probe').toReversed()) steering.steer(request);
    expect(done).toEqual(['pause', 'probe']);
  });
});
