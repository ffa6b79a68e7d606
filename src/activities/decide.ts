import type { Advice } from '../lanes/governor/mind.ts';
import type { Fault } from '../pollinations/outcome.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import { LOST_WORKER, type AttemptHistory } from './attempt-history.ts';

/** What happens after an attempt that failed. */
export type Decision =
  | { readonly kind: 'fail' }
  /** Every further call would meet the same: it goes back, and its run pauses. */
  | { readonly kind: 'park'; readonly reason: 'credit' | 'key' }
  | {
      readonly kind: 'retry';
      readonly delayMs: number;
      /** `throttled` says nothing against the item, and never uses up its tries. */
      readonly because: 'fault' | 'throttled';
    };

/** Attempts that may take a worker along before the item itself is under suspicion. */
const SUSPECT_WORKERS = 3;
/** Attempts that may take a worker along before the item is given up: it was alone among suspects at the last of them. */
const LOST_WORKERS = 8;
/** How long a suspect waits that must come again: about as long as the few that are made take. */
const SUSPECT_DELAY_MS = 15_000;
const REFUSED_KEYS = 3;
/** Gap between refusals of the key, so that three of them are not one burst over a rate limit. */
const REFUSED_KEY_DELAY_MS = 2_000;
const PROBE_DELAY_MS = 15_000;
const MAX_PROBE_DELAY_MS = 300_000;
const MAX_DELAY_MS = 60_000;
// Rates refill by the second: waiting longer without being asked to is dead time.
const MAX_THROTTLE_DELAY_MS = 30_000;
const THROTTLE_DELAY_MS = 1_000;
/** Spread of retries in a lane that has a rate, at most. */
const SPREAD_MS = 5_000;
/** Faults in outages that an item may have for nothing, where it may be their cause itself. */
const EXCUSED = 30;
/** Faults that never come from an item. A page of a firewall does where it is shown to particular prompts. */
const NEVER_ITS_OWN: ReadonlySet<string> = new Set(['unreachable', 'redirected', 'gateway', 'reset']);

/**
 * Decides from the table of verdicts whether a call is tried again, and when.
 *
 * @param history - with the failed attempt in it
 * @param random - uniform in [0, 1), spreads the retries of many calls
 * @param lane - what the call's lane has to say
 */
export function decide(history: AttemptHistory, fault: Fault, random: number, lane: Advice): Decision {
  const { verdict } = verdicts[fault.code];
  if (fault.code === 'unauthorized') return decideRefusedKey(history, random);
  switch (verdict.action) {
    case 'fail':
      return { kind: 'fail' };
    case 'pause':
      return { kind: 'park', reason: verdict.reason };
    case 'throttle': {
      // In a lane with a rate, which has gone down, the next turn is soon enough. Without one each call backs off.
      const backoff =
        lane.turnMs === undefined
          ? Math.min(1_000 * 2 ** Math.max(0, history.throttledInRow - 1), MAX_THROTTLE_DELAY_MS)
          : THROTTLE_DELAY_MS;
      // To wait 0 s is to be asked nothing.
      const { retryAfterMs: asked = 0 } = fault;
      const delayMs = Math.max(asked > 0 ? asked : backoff, lane.turnMs ?? 0);
      // Where the lane has a rate, that lets calls go one by one: after a long wait it must find them there.
      const most = lane.turnMs === undefined ? Infinity : SPREAD_MS;
      return { kind: 'retry', delayMs: spread(delayMs, random, most), because: 'throttled' };
    }
    case 'retry': {
      const same = history.notes.filter((note) => note.code === fault.code);
      const tries = same.length - excused(same, fault);
      if (tries >= verdict.tries) return { kind: 'fail' };
      const backoff = Math.min(1_000 * 2 ** Math.max(0, tries - 1), MAX_DELAY_MS);
      const delayMs = Math.max(spread(backoff, random), fault.retryAfterMs ?? 0);
      return { kind: 'retry', delayMs, because: 'fault' };
    }
  }
}

/**
 * How long a call waits that a paused run asks again with, in milliseconds.
 *
 * @param tried - attempts that it has had as such, from 1
 */
export function probeDelay(tried: number, random: number): number {
  return spread(Math.min(PROBE_DELAY_MS * 2 ** (tried - 1), MAX_PROBE_DELAY_MS), random);
}

function excused(notes: AttemptHistory['notes'], { code }: Fault): number {
  const count = notes.filter((note) => note.excused).length;
  return NEVER_ITS_OWN.has(code) ? count : Math.min(EXCUSED, count);
}

/** Whether an item has taken so many workers along that it must not be tried again. */
export function isPoison(history: AttemptHistory): boolean {
  return lostWorkers(history) >= LOST_WORKERS;
}

/**
 * Whether an item has lost so many workers that it may be what kills them, or was in flight with what does: calls that die
 * together come back together, and would be given up together.
 */
export function isSuspect(history: AttemptHistory): boolean {
  return lostWorkers(history) >= SUSPECT_WORKERS;
}

/**
 * How long a suspect waits that must come again, in milliseconds: the longer the more workers were lost with it, since those go
 * first that are less likely the cause. What it waited for before counts for nothing.
 *
 * @param lost - workers that were lost with it
 * @param random - uniform in [0, 1)
 */
export function suspectDelay(lost: number, random: number): number {
  return spread(Math.min(SUSPECT_DELAY_MS * 2 ** Math.max(0, lost - SUSPECT_WORKERS), MAX_DELAY_MS), random);
}

/** How many workers were lost with an item. */
export function lostWorkers({ notes }: AttemptHistory): number {
  return notes.filter((note) => note.code === LOST_WORKER).length;
}

// The API says 401 also to a good key that was too fast.
function decideRefusedKey(history: AttemptHistory, random: number): Decision {
  return (history.unauthorized?.count ?? 0) < REFUSED_KEYS
    ? { kind: 'retry', delayMs: spread(REFUSED_KEY_DELAY_MS, random), because: 'throttled' }
    : { kind: 'park', reason: 'key' };
}

// Half as long again at most: retries that failed together must not come back together.
function spread(delayMs: number, random: number, mostMs = Infinity): number {
  return Math.round(delayMs + random * Math.min(delayMs / 2, mostMs));
}
