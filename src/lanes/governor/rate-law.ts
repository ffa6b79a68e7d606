import type { Heard } from './ledger.ts';
import { boundsOf, leastRate, tickOf, type LaneState } from './state.ts';

/** Cuts are in proportion to the share of throttles, within these. */
const DEEPEST_CUT = 0.5;
const SLIGHTEST_CUT = 0.93;
/** Calls that a share is taken of at least, so that one throttle of two calls is no half. */
const LEAST_CALLS = 8;
const LEAST_CALLS_SLOW = 4;
/** What jitter at a limit that is known is answered with: a deeper cut would cost more than the throttles do. */
const EASE = 0.97;
/** Near the limit, and with no larger share of throttles, it is taken for jitter. */
const NEAR = 0.75;
const JITTER = 0.25;
/** Ticks after a cut in which throttles are not. */
const AGAIN = 2;
/** A lane below that counts as slow, in calls a second. */
const SLOW = 5;
/** The cubic of growth: flat around the rate that was too much, steep away from it. */
const CUBIC = 0.002;
/** Most growth in a tick. */
const CLIMB = 1.15;
/** Growth in a tick as long as nothing was throttled. */
const SEARCH = 1.15;
const SEARCH_SLOW = 1.25;
/** Ticks without a cut after which the last one tells nothing any more. */
const LONG = 10;
/** A share of its rate that a lane must use before it gets more. */
const USED = 0.5;

/** Cuts the rate in proportion to the share of calls that were throttled. A lane without a rate has none to cut. */
export function cutRate(state: LaneState, heard: Heard): LaneState {
  const { rate: from, configured } = state;
  if (from === undefined) return state;
  const least = from < SLOW ? LEAST_CALLS_SLOW : LEAST_CALLS;
  // The calls before the first throttle were within the limit, or lived off what the API had saved up.
  const share = heard.throttled / Math.max(heard.since, heard.throttled, least);
  const factor = isJitter(state, heard) ? EASE : Math.min(SLIGHTEST_CUT, Math.max(DEEPEST_CUT, 1 - share));
  const to = Math.max(leastRate(configured, from), from * factor);
  return { ...state, rate: to, cut: { from, to, ago: 0 } };
}

// Again soon after that, it is the limit: it must be lower than it is said to be.
function isJitter({ rate = 0, cut, configured }: LaneState, { throttled, starts }: Heard): boolean {
  const { ceiling = Infinity } = boundsOf(configured);
  const isFirst = (cut?.ago ?? Infinity) > AGAIN * tickOf(rate);
  return isFirst && rate > ceiling * NEAR && throttled <= Math.max(2, starts * JITTER);
}

/** Lets the rate grow: by a share until the first cut, then by a cubic that is flat where the cut was. */
export function growRate(state: LaneState, heard: Heard, seconds: number, workers: number): LaneState {
  const { rate, cut, configured } = state;
  if (rate === undefined) return state;
  const { ceiling = Infinity } = boundsOf(configured);
  if (heard.starts === 0 || heard.starts * workers < USED * rate * seconds) return state;
  const grown =
    cut === undefined
      ? rate * (rate < SLOW ? SEARCH_SLOW : SEARCH)
      : cut.ago > LONG * tickOf(rate)
        ? rate * (rate < SLOW ? SEARCH_SLOW : CLIMB)
        : Math.max(rate, Math.min(rate * CLIMB, cubic(cut, tickOf(rate))));
  return { ...state, rate: Math.min(ceiling, grown) };
}

function cubic({ from, to, ago }: NonNullable<LaneState['cut']>, tick: number): number {
  const flat = Math.cbrt((1 - to / from) / CUBIC);
  return from * (1 + CUBIC * (ago / tick - flat) ** 3);
}
