import { describe, expect, it } from 'vitest';

import { createLaneMind } from '../../src/lanes/governor/mind.ts';
import { isByHand } from '../../src/lanes/governor/queue-reading.ts';
import { formatReason, parseReason } from '../../src/lanes/governor/reason.ts';
import {
  boundsOf,
  initialState,
  type ConfiguredRate,
  type LaneState,
} from '../../src/lanes/governor/state.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { runWorld, type WorldOptions } from './governor-world.ts';

const hidden = { rps: 5, adaptive: true };
const known = { rps: 10, adaptive: false };
const base = { seed: 1, seconds: 120, workers: 2 } as const;

function middle(options: Omit<WorldOptions, 'seed'>) {
  const worlds = [1, 2, 3, 4, 5].map((seed) => runWorld({ ...options, seed }));
  const of = (figure: (world: (typeof worlds)[number]) => number): number =>
    worlds.map(figure).sort((left, right) => left - right)[2] ?? Number.NaN;
  return { share: of(({ share }) => share), throttles: of(({ throttles }) => throttles) };
}

const countIn = (times: readonly number[], from: number, to: number): number =>
  times.filter((at) => at >= from && at < to).length;

describe('the calls in flight of a lane', () => {
  it.each([1, 2, 3, 5, 8])('are shared by its %i workers to the last one', (workers) => {
    const widths = Array.from({ length: workers }, (_, rank) => {
      const mind = createLaneMind({ worker: `w${rank}`, concurrency: 8, configured: { adaptive: false } });
      mind.think({ writtenAt: 0, workers, rank }, 1, 0);
      return mind.width();
    });
    expect(widths.reduce((sum, width) => sum + width, 0)).toBe(8);
  });
});

describe('two workers that govern a lane', () => {
  it('use a known limit to the full, and meet it hardly ever', () => {
    const { share, throttles } = middle({
      ...base,
      configured: known,
      api: { limits: [[0, 10]], burst: 10 },
    });
    expect(share).toBeGreaterThan(0.97);
    expect(throttles).toBeLessThan(0.01);
  });

  it.each([true, false])('find a limit that nobody told them, with Retry-After: %s', (retryAfter) => {
    const api = { limits: [[0, 10]], burst: 10, retryAfter } as const;
    const { share, throttles } = middle({ ...base, configured: hidden, api });
    expect(share).toBeGreaterThan(0.95);
    expect(throttles).toBeLessThan(0.04);
  });

  it('follow a limit that falls and rises', () => {
    const limits = [
      [0, 10],
      [40, 5],
      [80, 20],
    ] as const;
    const { share, throttles } = middle({ ...base, configured: hidden, api: { limits, burst: 10 } });
    expect(share).toBeGreaterThan(0.8);
    expect(throttles).toBeLessThan(0.05);
  });

  it('keep a slow lane at its pace', () => {
    const configured = { rps: 0.5, adaptive: false };
    const { share, throttles } = middle({ ...base, configured, api: { limits: [[0, 0.5]], burst: 1 } });
    expect(share).toBeGreaterThan(0.93);
    expect(throttles).toBeLessThan(0.04);
  });

  it('lose little where calls come unevenly to an API that saves up hardly any', () => {
    const uneven = { burst: 2, jitter: 0.05 } as const;
    const quick = middle({ ...base, configured: known, api: { limits: [[0, 10]], ...uneven } });
    expect(quick.share).toBeGreaterThan(0.95);
    expect(quick.throttles).toBeLessThan(0.03);
    const configured = { rps: 0.5, adaptive: false };
    const slow = middle({ ...base, configured, api: { limits: [[0, 0.5]], burst: 1, jitter: 0.05 } });
    expect(slow.share).toBeGreaterThan(0.9);
    expect(slow.throttles).toBeLessThan(0.04);
  });

  it('fall to one call at a time where the account takes no more, even when its worker is killed', () => {
    const api = { limits: [[0, 1_000]], burst: 1_000, inFlight: 1 } as const;
    const world = runWorld({ ...base, configured: { rps: 4, adaptive: false }, kill: 60, api });
    // An answer takes 1.13 s in the mean.
    expect(countIn(world.answered, 20, 60)).toBeGreaterThan(25);
    expect(countIn(world.answered, 85, 120)).toBeGreaterThan(15);
    expect(countIn(world.throttled, 20, 60)).toBeLessThan(4);
    expect(world.minds.map((mind) => mind.width()).sort((left, right) => left - right)).toEqual([0, 1]);
  });

  it('stop in an outage, try one call now and then, and go on when it is over', () => {
    const api = { limits: [[0, 10]], burst: 10, outages: [[30, 70]] } as const;
    const world = runWorld({ ...base, configured: known, api });
    expect(countIn(world.failed, 35, 70)).toBeLessThan(8);
    expect(countIn(world.answered, 100, 120)).toBeGreaterThan(150);
  });

  it('go on after an outage although the API refuses most of what is asked', () => {
    const api = { limits: [[0, 100]], burst: 10, refused: 0.9, outages: [[30, 50]] } as const;
    const world = runWorld({ ...base, configured: { rps: 4, adaptive: false }, api });
    // A tenth of 4/s.
    expect(countIn(world.answered, 80, 120)).toBeGreaterThan(8);
  });

  it('give up items that nothing but pages are ever the answer to, in place of taking them for an outage', () => {
    const api = { limits: [[0, 10]], burst: 10, pages: [[0, Infinity]] } as const;
    const world = runWorld({ ...base, seconds: 10_000, configured: known, items: 5, api });
    expect(world.givenUp).toHaveLength(5);
  });

  it.each([5, 40])(
    'give up none for minutes in which pages are the answer to all (%i items are left)',
    (items) => {
      const api = { limits: [[0, 10]], burst: 10, pages: [[0, 300]] } as const;
      const world = runWorld({ ...base, seconds: 600, configured: known, items, api });
      expect([world.givenUp.length, world.answered.length]).toEqual([0, items]);
    },
  );

  it('leave a lane alone that others keep busy with a call now and then', () => {
    const api = { limits: [[0, 100]], burst: 10 } as const;
    const world = runWorld({
      ...base,
      workers: 5,
      places: 1,
      configured: { rps: 4, adaptive: false },
      api,
    });
    expect(world.answered.length).toBeGreaterThan(80);
    expect(world.writes).toBeLessThan(60);
  });

  it.each([1, 2, 4])(
    'are back at once after a minute in which the API throttled every call (%i workers)',
    (workers) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const world = runWorld({
          seed,
          seconds: 180,
          workers,
          configured: known,
          concurrency: 12,
          places: 40,
          api: {
            limits: [
              [0, 1000],
              [60, 0],
              [120, 1000],
            ],
            burst: 3,
            retryAfter: false,
            latency: 0.2,
          },
        });
        expect(countIn(world.throttled, 60, 121), 'knocks at a door that is shut').toBeLessThan(120);
        expect(countIn(world.answered, 120, 150), 'answers in the half minute after').toBeGreaterThan(60);
      }
    },
  );

  it('hold the whole lane as long as the API asks to wait', () => {
    // A bucket that is filled by one call in 20 s asks for waits of that length.
    const api = { limits: [[0, 0.05]], burst: 20 } as const;
    const world = runWorld({ ...base, configured: { rps: 4, adaptive: false }, api });
    expect(world.rates.some(({ rps }) => rps === 0)).toBe(true);
    expect(countIn(world.throttled, 20, 120)).toBeLessThan(20);
  });

  const seeds = 10_000;
  it(`never exceed the ceiling, stand still, or lose each other, and always recover, over ${seeds} seeds`, () => {
    for (let seed = 1; seed <= seeds; seed += 1) checkWorld(seed);
  }, 400_000);
});

/** From this second on the API takes whatever comes. */
const calm = 20;
/** An account that was taken for one with one call at a time is tried with more after ten minutes. */
const longest = 700;

/**
 * A small world in which everything is left to chance, limits of a few calls a second so that it is soon over, and which
 * ends once all workers are back at their rate.
 */
function checkWorld(seed: number): void {
  const random = seededRandom(seed);
  const between = (least: number, most: number): number => least + random() * (most - least);
  const configured = { rps: between(0.5, 3), adaptive: random() < 0.4 };
  const { start = 0, ceiling = Infinity } = boundsOf(configured);
  const change = between(3, 6);
  const kill = random() < 0.1 ? between(2, 15) : undefined;
  const world = runWorld({
    seed,
    seconds: longest,
    workers: 1 + Math.floor(random() * 2),
    configured,
    concurrency: 8,
    lossy: random() < 0.2 ? 0.2 : 0,
    ...(kill === undefined ? {} : { kill }),
    api: {
      limits: [
        [0, between(0.3, 3)],
        [change, between(0.3, 3)],
        [calm, 1_000],
      ],
      burst: 1 + Math.floor(random() * 4),
      retryAfter: random() < 0.5,
      latency: between(0.1, 1),
      ...(random() < 0.2 ? { outages: [[change, change + between(3, 12)]] } : {}),
      ...(random() < 0.04 ? { inFlight: 1, inFlightUntil: calm } : {}),
    },
    until: ({ now, minds }) => now > calm && minds.every((mind) => isBack(mind.state(), start)),
  });
  // A call that tries the API goes as soon as it can; the pause before it is a turn of the lane at least.
  const rates = world.rates.filter(({ phase }) => phase !== 'probing');
  const highest = Math.max(...rates.map(({ rps = Infinity }) => rps));
  const believed = new Set(world.minds.map((mind) => JSON.stringify(mind.state()?.configured)));
  // One assertion for each of many worlds would take longer than the worlds.
  if (highest <= ceiling * 1.0001 && world.end < longest - 1 && believed.size === 1) return;
  expect.fail(
    `seed ${seed}: rate up to ${highest} of ${ceiling}, ${Math.round(world.end)} s, ${world.minds.map((mind) => JSON.stringify(mind.state())).join()}`,
  );
}

function isBack(state: LaneState | undefined, start: number): boolean {
  return (
    state !== undefined &&
    state.phase.kind === 'running' &&
    state.oneSlot === undefined &&
    (state.rate ?? 0) >= start * 0.9
  );
}

describe('a worker that starts', () => {
  const mindOf = (configured: ConfiguredRate) => createLaneMind({ worker: 'w', configured, concurrency: 4 });
  const stored = (rps: number) => {
    const state = { ...initialState({ rps, adaptive: false }), phase: { kind: 'running' } } as const;
    return { rps, reason: formatReason(state), writtenAt: 1, workers: 1, waiting: true };
  };

  it('goes on with what the others agree on', () => {
    expect(mindOf({ rps: 1 / 30, adaptive: false }).think(stored(1 / 30), 0, 1)).toBeUndefined();
  });

  it('brings its settings along', () => {
    const { rps } = mindOf({ rps: 0.03, adaptive: false }).think(stored(1 / 30), 0, 1) ?? {};
    expect(rps).toBeLessThan(0.03);
  });

  it('leaves a rate alone that a person has set', () => {
    const byHand = { rps: 0, reason: 'maintenance', writtenAt: 1, workers: 1 };
    const mind = mindOf({ rps: 4, adaptive: false });
    expect(mind.think(byHand, 0, 1)).toBeUndefined();
    expect(mind.think({ writtenAt: 2, workers: 1 }, 1, 2)?.rps).toBeGreaterThan(0);
  });
});

describe('the reason of a rate', () => {
  const state = {
    ...initialState(hidden),
    rate: 8.9123456,
    cut: { from: 10, to: 9, ago: 3 },
    phase: { kind: 'running' },
  } as const;

  it('tells people why, and workers the state', () => {
    const reason = formatReason(state);
    expect(reason).toMatch(/^8\.91\/s, after a throttle at 10\/s · pollen-batch \{/);
    expect(parseReason(reason)).toEqual({ ...state, rate: 8.9123 });
  });

  it('of somebody else is no state, and the rate stays as it was set', () => {
    for (const reason of ['because', '', 'pollen-batch {}']) {
      expect(parseReason(reason)).toBeUndefined();
      expect(isByHand({ rps: 1, reason, writtenAt: 0, workers: 1 })).toBe(true);
    }
    expect(isByHand({ writtenAt: 0, workers: 1 })).toBe(false);
  });
});
