import type { Heard } from './ledger.ts';
import { boundsOf, leastRate, type LaneState } from './state.ts';

/** Throttles that come with a wait of about a second before an account is taken for one that takes one call at a time. */
const SIGNS = 4;
/** A smaller share of throttles is jitter at a limit of the rate, or costs no more than one slot would. */
const LEAST_SHARE = 0.25;
/** Throttles of a call that was alone, which show that one slot is no help. */
const DENIALS = 3;
/** Answers, no two of them side by side. */
const ANSWERS = 2;
/** Seconds that are looked back. */
export const ONE_SLOT_WINDOW = 60;
/** Calls in flight, reckoned from rate and latency, at which the rate counts as low. */
const LOW = 2;
/** Seconds until all slots are tried again, and until one slot is when it was no help. */
const AGAIN = 600;
/** Seconds in which calls that were in flight before may still be throttled. */
const GRACE = 5;

/**
 * Whether the account takes one call at a time: throttled with a wait of about a second although the rate is low, while
 * no two calls were ever answered side by side.
 */
export function takesOneCall({ rate, noSlot = 0 }: LaneState, heard: Heard, workers: number): boolean {
  return (
    noSlot <= 0 &&
    rate !== undefined &&
    rate * heard.latency <= LOW &&
    heard.shortWaits >= SIGNS &&
    heard.throttled >= LEAST_SHARE * heard.starts &&
    heard.shortWaits === heard.throttled &&
    heard.answered >= ANSWERS &&
    !heard.overlapped &&
    // Beside the calls of other workers, which are not heard of here, a call only seems to be alone.
    (workers > 1 || heard.throttledAlone * 4 <= heard.throttled)
  );
}

/** Gives the one slot to a worker. The rate is not what held the lane up, so it is as it was at the start. */
export function fallToOneSlot({ cut: _cut, ...state }: LaneState, worker: string): LaneState {
  const { start } = boundsOf(state.configured);
  return {
    ...state,
    ...(start === undefined ? {} : { rate: start }),
    phase: { kind: 'running' },
    oneSlot: { by: worker, left: AGAIN },
  };
}

/** A step of a lane with one slot. */
export function stepOneSlot(state: LaneState, heard: Heard, worker: string): LaneState {
  const { oneSlot, ...open } = state;
  if (oneSlot === undefined) return state;
  if (oneSlot.left <= 0) return open;
  if (oneSlot.by === '') return { ...state, oneSlot: { ...oneSlot, by: worker } };
  const isSettled = AGAIN - oneSlot.left > GRACE;
  // Throttled with no call beside it: then the rate is the matter after all.
  if (oneSlot.by === worker && isSettled && heard.throttledAlone >= DENIALS) {
    const { rate = 1 } = state;
    const to = Math.min(rate, Math.max(leastRate(state.configured, rate), 1 / heard.latency));
    return { ...open, rate: to, cut: { from: rate, to, ago: 0 }, noSlot: AGAIN };
  }
  return state;
}
