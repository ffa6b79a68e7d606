import { describe, expect, it } from 'vitest';

import type { LaneOutcome } from '../../src/lanes/governor/ledger.ts';
import { createLaneMind, type QueueRate } from '../../src/lanes/governor/mind.ts';
import { isByHand } from '../../src/lanes/governor/queue-reading.ts';
import { formatReason, parseReason } from '../../src/lanes/governor/reason.ts';
import {
  initialState,
  queueRateOf,
  type ConfiguredRate,
  type LaneState,
} from '../../src/lanes/governor/state.ts';

const known = { rps: 10, adaptive: false };
const running = { kind: 'running' } as const;

/** One worker beside a queue that keeps what is written, under a clock that starts at 0. */
function world(configured: ConfiguredRate, stored: Partial<LaneState> = {}) {
  const mind = createLaneMind({ worker: 'w', configured, concurrency: 8 });
  const first = { ...initialState(configured), phase: running, ...stored };
  let reason = formatReason(first);
  let rps = queueRateOf(first);
  let writtenAt = 0;
  let items = 0;
  function keep(rate: QueueRate | undefined, now: number): QueueRate | undefined {
    if (rate === undefined) return undefined;
    ({ reason, rps } = rate);
    writtenAt = now * 1_000;
    mind.wrote(writtenAt, now);
    return rate;
  }
  return {
    mind,
    call: (from: number, to: number, outcome: LaneOutcome = {}) =>
      mind.sent(`item ${(items += 1)}`, from)(outcome, to),
    /** A step at that second; what was written, if anything. */
    think: (now: number) =>
      keep(
        mind.think(
          { ...(rps === undefined ? {} : { rps }), reason, writtenAt, workers: 1, waiting: true },
          now,
          now * 1_000,
        ),
        now,
      ),
    state: () => parseReason(reason),
  };
}

describe('a worker that governs a lane', () => {
  it('counts no throttle twice, also where the lane was cut from the same rate before', () => {
    const { think, call, state } = world(known, { cut: { from: 9.9, to: 8, ago: 90 } });
    think(100);
    for (let at = 0; at < 3; at += 1) call(100.5, 100.6, { code: 'rate-limited' });
    expect(think(101.1)?.rps).toBeLessThan(9.9);
    expect(state()?.cut).toMatchObject({ from: 9.9, ago: 0 });
    expect(think(102.1)).toBeUndefined();
  });

  it('hears an answer although it comes to think of it late', () => {
    const { think, call, state } = world(known, { phase: { kind: 'probing', pause: 20, left: 60 } });
    think(1);
    call(1.5, 2);
    think(10);
    expect(state()?.phase.kind).toBe('running');
  });

  it('takes a call that the API refuses for a sign that an outage is over', () => {
    const { think, call, state } = world(known, { phase: { kind: 'probing', pause: 20 } });
    think(1);
    call(1.5, 2, { code: 'bad-request' });
    expect(think(2.1)?.reason).toMatch(/^4.95\/s, after an outage at 9.9\/s/);
    expect(state()?.phase.kind).toBe('running');
  });

  it('waits for a call that tries the API about as long as calls take', () => {
    const { think, call, state, mind } = world(known, { phase: { kind: 'probing', pause: 20 } });
    think(1);
    mind.sent('hangs', 1.5);
    expect(think(1.6)?.rps).toBe(0);
    expect(think(20)).toBeUndefined();
    expect(think(21.7)?.rps).toBeGreaterThan(0);
    call(22, 22.5);
    think(23);
    expect(state()?.phase.kind).toBe('running');
  });

  it('thinks at once when calls fail one after the other, and takes a lone item for their cause', () => {
    const { think, mind } = world(known);
    think(1);
    for (let at = 1; at < 7; at += 1) mind.sent('one', at)({ code: 'gateway' }, at + 0.1);
    expect(mind.isUrgent(7.2)).toBe(false);
    mind.sent('another', 7)({ code: 'gateway' }, 7.1);
    expect(mind.isUrgent(7.2)).toBe(true);
    expect(think(7.3)?.rps).toBe(0);
    expect(mind.isUrgent(8)).toBe(false);
  });

  it('knows an outage by a lone item, where nothing could be sent', () => {
    const { think, mind } = world(known);
    think(1);
    for (let at = 1; at < 6; at += 1) mind.sent('one', at)({ code: 'unreachable' }, at + 0.1);
    expect(think(6)?.rps).toBe(0);
    expect(mind.sent('one', 7)({ code: 'unreachable' }, 7.1)).toMatchObject({ excused: true });
  });

  it('lets outages that come again and again cut the lane no lower than throttles may', () => {
    const configured = { rps: 0.1, adaptive: false };
    const { think, call, state } = world(configured, { rate: 0.002, phase: { kind: 'probing', pause: 20 } });
    think(1);
    call(2, 3);
    think(4);
    expect(state()).toMatchObject({ rate: 0.00191, phase: running });
  });

  it('tries the API in an outage no more often than a slow lane makes its calls', () => {
    const { think, call, mind } = world({ rps: 0.03, adaptive: false });
    think(1);
    for (let at = 1; at < 6; at += 1) call(at, at + 0.1, { code: 'gateway' });
    expect(think(6.2)?.rps).toBe(0);
    think(38);
    expect(mind.state()?.phase.kind).toBe('paused');
    expect(think(42)?.rps).toBeGreaterThan(0);
  });

  it('has nothing to start slowly with in a lane without a rate', () => {
    const { think, call, mind } = world({ adaptive: false }, { phase: { kind: 'held', left: 3 } });
    expect(think(1)).toBeUndefined();
    expect(think(4)).toMatchObject({
      rps: undefined,
      reason: expect.stringMatching(/^no limit is known/) as unknown,
    });
    call(5, 6);
    expect(mind.isUrgent(7)).toBe(false);
  });

  it('goes on at its rate with one call at a time after the lane was held', () => {
    const { think } = world(known, { phase: { kind: 'held', left: 3 }, oneSlot: { by: 'w', left: 500 } });
    expect(think(1)).toBeUndefined();
    expect(think(4)).toMatchObject({
      rps: 9.9,
      reason: expect.stringMatching(/^one call at a time/) as unknown,
    });
  });

  it('keeps a lane held, or out, when it brings other settings along', () => {
    for (const phase of [
      { kind: 'held', left: 200 } as const,
      { kind: 'paused', left: 9, pause: 10 } as const,
    ]) {
      const state = { ...initialState(known), phase };
      const mind = createLaneMind({ worker: 'w', configured: { rps: 20, adaptive: false }, concurrency: 8 });
      const written = mind.think({ rps: 0, reason: formatReason(state), writtenAt: 1, workers: 1 }, 5, 1);
      expect(written?.rps).toBe(0);
      expect(parseReason(written?.reason ?? '')).toMatchObject({ configured: { rps: 20 }, phase });
    }
  });
});

describe('a state of another version', () => {
  const reason = 'asleep until morning · pollen-batch {"phase":{"kind":"asleep"}}';
  const reading = { rps: 0, reason, writtenAt: 1_000_000, workers: 1 };

  it('is nothing that a person has set', () => {
    expect(parseReason(reason)).toBeUndefined();
    expect(isByHand(reading)).toBe(false);
  });

  it('is left to the workers of that version, but not for ever: they may be gone', () => {
    const mind = createLaneMind({ worker: 'w', configured: known, concurrency: 8 });
    expect(mind.think(reading, 50, 1_001_000)).toBeUndefined();
    expect(mind.think(reading, 440, 0)).toBeUndefined();
    expect(mind.think(reading, 460, 0)?.rps).toBeGreaterThan(0);
  });
});
