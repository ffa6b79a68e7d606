import { isOut, pauseLane, stepOutage } from './breaker.ts';
import type { Heard, Ledger } from './ledger.ts';
import { fallToOneSlot, ONE_SLOT_WINDOW, stepOneSlot, takesOneCall } from './one-slot.ts';
import { cutRate, growRate } from './rate-law.ts';
import { boundsOf, tickOf, type LaneState } from './state.ts';

/** What a worker knows at a step. Times in seconds. */
export interface Moment {
  readonly now: number;
  /** Since the lane's state was last written by any worker. */
  readonly sinceWrite: number;
  /** Since this worker's last step: what it heard meanwhile it has not yet thought of, however long that took. */
  readonly sinceStep: number;
  readonly worker: string;
  /** Workers that share the lane, this one among them. */
  readonly workers: number;
  /** Whether calls wait in the queue; `undefined` where the server does not tell. */
  readonly waiting?: boolean;
}

/** Nothing done for so long: the next calls start slowly. */
const QUIET = 5;
/** Waits that the cut alone answers; longer ones hold the whole lane. */
const SHORT_WAIT = 2;
/** A door that is shut opens no sooner for many knocks: seconds between tries. */
const SHUT = 5;
/** Throttles in a row that show it, of all workers, and of one at least. */
const SHUT_SIGNS = 5;
const LEAST_SHUT_SIGNS = 2;
/** Share of throttles that a lane at its known limit takes for jitter. */
const JITTER = 0.1;
/** The part of a tick after which a state is old enough to grow: ticks of workers are not quite regular. */
const ALMOST = 0.9;

/**
 * One step of the law: the state as it is now, and what this worker has heard, give the next state. Steps of several
 * workers may come in any order, since none depends on what its worker did before.
 */
export function step(state: LaneState, ledger: Ledger, moment: Moment): LaneState {
  const { now, worker, workers, sinceWrite, sinceStep } = moment;
  const tick = tickOf(state.rate);
  const heard = ledger.heard(Math.max(tick * 2, sinceStep), now);
  const outage = stepOutage(state, heard) ?? (isOut(ledger.lately()) ? pauseLane(state) : undefined);
  if (outage !== undefined) return outage;
  if (state.phase.kind === 'held') return stepHeld(state, heard);
  if (heard.wait > Math.max(SHORT_WAIT, 2 / (state.rate ?? 1))) return hold(state, heard, tick);
  if (state.rate === undefined) return state;
  if (state.oneSlot !== undefined) return stepOneSlot(state, heard, worker);
  if (state.phase.kind === 'quiet') {
    // What the first calls meet, all at once, tells nothing of the rate.
    return heard.starts > 0 ? { ...state, phase: { kind: 'running' } } : state;
  }
  const cutAgo = state.cut?.ago ?? Infinity;
  if (heard.throttled >= signsOf(state, heard) && cutAgo >= tick * ALMOST) {
    const whole = ledger.heard(ONE_SLOT_WINDOW, now, 'whole');
    if (takesOneCall(state, whole, workers)) return fallToOneSlot(state, worker);
    if (cutAgo < tick * 4) {
      if (isShut(heard, workers)) return { ...state, phase: { kind: 'held', left: SHUT, shut: true } };
      // It was shut, and too few have tried since to tell whether it is.
      if (state.cut?.shut === true && heard.answered === 0) return state;
    }
    return cutRate(state, heard);
  }
  if (moment.waiting !== true && heard.quiet > QUIET) return { ...state, phase: { kind: 'quiet' } };
  if (heard.throttled > 0 || sinceWrite < tick * ALMOST) return state;
  return growRate(state, ledger.heard(tick, now), tick, workers);
}

// Few throttles of a lane at a limit that is known are jitter: a cut would cost more than they do.
function signsOf({ rate, configured }: LaneState, { starts }: Heard): number {
  const { ceiling } = boundsOf(configured);
  const isThere = rate !== undefined && ceiling !== undefined && rate > ceiling * 0.99;
  return isThere ? Math.max(2, starts * JITTER) : 1;
}

function hold(state: LaneState, heard: Heard, tick: number): LaneState {
  const slower = (state.cut?.ago ?? Infinity) < tick ? state : cutRate(state, heard);
  return { ...slower, phase: { kind: 'held', left: heard.wait } };
}

function stepHeld(state: LaneState, heard: Heard): LaneState {
  if (state.phase.kind !== 'held') return state;
  if (heard.wait > Math.max(0, state.phase.left) + 1)
    return { ...state, phase: { kind: 'held', left: heard.wait } };
  if (state.phase.left > 0) return state;
  // Without a rate, or with one slot, there is nothing to start slowly with.
  const { rate, oneSlot, cut, phase } = state;
  // While a door was shut the rate that it had been cut to was not tried: it is as new, and is cut no further.
  const kept =
    phase.shut === true && cut !== undefined ? { cut: { ...cut, ago: 0, shut: true as const } } : {};
  return {
    ...state,
    ...kept,
    phase: { kind: rate === undefined || oneSlot !== undefined ? 'running' : 'quiet' },
  };
}

// Nothing at all gets through: to knock less often would not open the door, and would be hard to climb back from.
function isShut({ throttled, starts, inFlight }: Heard, workers: number): boolean {
  const signs = Math.max(LEAST_SHUT_SIGNS, SHUT_SIGNS / workers);
  return throttled >= signs && throttled >= starts && inFlight === 0;
}
