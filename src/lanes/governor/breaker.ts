import { isOutage, type Heard, type Lately } from './ledger.ts';
import { boundsOf, leastRate, tickOf, type LaneState } from './state.ts';

const LEAST_OUTAGES = 5;
/** One item alone may be the cause of its faults. */
const LEAST_ITEMS = 2;
/** Half of them would be a bad day, on which the other half is worth having. */
const MOST = 0.75;
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 20;
/** Ticks for which a cut before an outage counts as one of its effects. */
const MISTAKEN = 5;
/** Seconds that a call which tries the API is waited for, at least and at most: its worker may be lost. */
const LEAST_PATIENCE = 20;
const MOST_PATIENCE = 60;
/** The same in answers as they took before: in an outage calls may hang until their deadline. */
const PATIENCE = 5;
/** Share of its rate that a lane comes back with. */
const CAUTION = 0.5;

/** Whether most calls fail for reasons that are not their own. */
export function isOut({ ended, outages, items, unsent }: Lately): boolean {
  const isNotTheirs = items >= LEAST_ITEMS || unsent === outages;
  return outages >= LEAST_OUTAGES && isNotTheirs && outages >= MOST * ended;
}

/** Stops a lane, for longer each time that a call finds the outage going on. */
export function pauseLane(state: LaneState): LaneState {
  const { phase } = state;
  const pause = phase.kind === 'probing' ? Math.min(LONGEST_PAUSE, phase.pause * 2) : FIRST_PAUSE;
  // What the first faults were taken for, before there were enough of them, is taken back.
  const { cut } = state;
  const rate = cut !== undefined && cut.ago < MISTAKEN * tickOf(state.rate) ? cut.from : state.rate;
  return {
    ...state,
    ...(rate === undefined ? {} : { rate }),
    // Calls that try come no more often than the lane's own calls may.
    phase: { kind: 'paused', left: Math.max(pause, 1 / (boundsOf(state.configured).start ?? 1)), pause },
  };
}

/** A step of a lane that is paused or tries one call; `undefined` when it is neither. */
export function stepOutage(state: LaneState, heard: Heard): LaneState | undefined {
  const { phase, rate } = state;
  if (phase.kind === 'paused') {
    return phase.left > 0 ? state : { ...state, phase: { kind: 'probing', pause: phase.pause } };
  }
  if (phase.kind !== 'probing') return undefined;
  // A throttle, or a prompt that is refused, comes from an API that is there as well.
  if (heard.reached > 0) {
    const back = { ...state, phase: { kind: 'running' } as const };
    if (rate === undefined) return back;
    const to = Math.max(leastRate(state.configured, rate), rate * CAUTION);
    return { ...back, rate: to, cut: { from: rate, to, ago: 0, outage: true } };
  }
  if (heard.outages > 0) return pauseLane(state);
  if (phase.left === undefined) {
    return heard.starts === 0 ? state : { ...state, phase: { ...phase, left: patience(heard) } };
  }
  return phase.left > 0 ? state : { ...state, phase: { kind: 'probing', pause: phase.pause } };
}

function patience({ latency }: Heard): number {
  return Math.min(MOST_PATIENCE, Math.max(LEAST_PATIENCE, latency * PATIENCE));
}

/** Whether a fault is the outage's, and not its item's. */
export function isExcused({ phase }: LaneState, code: Parameters<typeof isOutage>[0]): boolean {
  return (phase.kind === 'paused' || phase.kind === 'probing') && isOutage(code);
}
