/** What the settings of a lane say of its rate. */
export interface ConfiguredRate {
  /** Calls a second: the ceiling, or where an adaptive lane starts; absent where no limit is known. */
  readonly rps?: number;
  /** Whether the rate may climb above `rps`, to find a limit that nobody has told. */
  readonly adaptive: boolean;
}

/**
 * What the lane is doing: `running` at its rate, `quiet` (nothing to do, so the next calls start slowly), `held` because
 * the API asked to wait, `paused` by an outage, or `probing` with one call whether that is over. Times in seconds.
 */
export type Phase =
  | { readonly kind: 'running' }
  | { readonly kind: 'quiet' }
  | {
      readonly kind: 'held';
      readonly left: number;
      /** Nobody asked to wait, but every call was throttled. */
      readonly shut?: true;
    }
  | { readonly kind: 'paused'; readonly left: number; readonly pause: number }
  | {
      readonly kind: 'probing';
      readonly pause: number;
      /** Seconds until the call that tries counts as lost; absent until it has been sent. */
      readonly left?: number;
    };

/** An account that takes one call at a time: one worker has the one slot. */
export interface OneSlot {
  /** Worker that has it; empty when it has left. */
  readonly by: string;
  /** Seconds until the lane tries again with all its slots. */
  readonly left: number;
}

/**
 * What all workers of a lane agree on. It is kept with the rate that it led to, so that a worker needs no memory of its
 * own; every time in it is relative to when it was written, so that clocks need not agree.
 */
export interface LaneState {
  readonly configured: ConfiguredRate;
  /** Calls started a second while nothing holds the lane; absent: no limit. */
  readonly rate?: number;
  /**
   * The last cut: rates before and after it, its age in seconds, whether an outage was the cause, and whether every call since
   * was throttled, so that its age begins when that was last found.
   */
  readonly cut?: {
    readonly from: number;
    readonly to: number;
    readonly ago: number;
    readonly outage?: true;
    readonly shut?: true;
  };
  readonly phase: Phase;
  readonly oneSlot?: OneSlot;
  /** Seconds in which one slot is not tried, since it was no help. */
  readonly noSlot?: number;
}

/** Start of an adaptive lane that names no rate: the API's key check allows 5 a second. */
const ADAPTIVE_START = 4;
/** A lane below that is slow, in calls a second: its limit may allow no two calls at once. */
const SLOW = 2;
/** Until a call has been sent to try the API: the server lets the first one go within two seconds of the change. */
const PROBE_RATE = 0.5;

/** Where a lane's rate starts and where it ends, in calls a second; absent: no limit. */
export function boundsOf({ rps, adaptive }: ConfiguredRate): {
  readonly start?: number;
  readonly ceiling?: number;
} {
  if (adaptive) return { start: rps ?? ADAPTIVE_START };
  if (rps === undefined) return {};
  // Whoever goes at a limit itself meets it again and again by jitter; a slow lane, with a call or two in its bucket,
  // more than a quick one.
  return rps < SLOW
    ? { start: rps * 0.955, ceiling: rps * 0.955 }
    : { start: rps * 0.99, ceiling: rps * 0.99 };
}

/** Below this share of where it starts a lane is never cut, in case it is not its rate that is the matter. */
const FLOOR = 1 / 50;

/** The lowest rate that a lane may be cut to. */
export function leastRate(configured: ConfiguredRate, rate: number): number {
  return Math.min(rate, (boundsOf(configured).start ?? rate) * FLOOR);
}

/** The state that a lane begins with. */
export function initialState(configured: ConfiguredRate): LaneState {
  const { start } = boundsOf(configured);
  return {
    configured,
    ...(start === undefined ? {} : { rate: start }),
    phase: { kind: start === undefined ? 'running' : 'quiet' },
  };
}

/** Seconds between two steps of a lane: enough for a handful of calls to tell something. */
export function tickOf(rate: number | undefined): number {
  return Math.min(60, Math.max(1, 5 / (rate ?? 5)));
}

/** The rate that the queue has to have: `undefined` for none. */
export function queueRateOf({ rate, phase }: LaneState): number | undefined {
  switch (phase.kind) {
    case 'running':
      return rate;
    case 'quiet':
      return rate === undefined ? undefined : quietRate(rate);
    case 'held':
    case 'paused':
      return 0;
    case 'probing':
      return phase.left === undefined ? PROBE_RATE : 0;
  }
}

/**
 * The rate that a lane wakes up with. Temporal starts at once what a second would start, and one more: of a slow lane
 * that must be one call, and the next one not before its time.
 */
function quietRate(rate: number): number {
  return rate < SLOW ? rate / (1 + rate) : rate / 2;
}

/** The state some seconds later. */
export function later(state: LaneState, seconds: number): LaneState {
  const { cut, phase, oneSlot, noSlot } = state;
  return {
    ...state,
    ...(cut === undefined ? {} : { cut: { ...cut, ago: cut.ago + seconds } }),
    phase: 'left' in phase && phase.left !== undefined ? { ...phase, left: phase.left - seconds } : phase,
    ...(oneSlot === undefined ? {} : { oneSlot: { ...oneSlot, left: oneSlot.left - seconds } }),
    ...(noSlot === undefined ? {} : { noSlot: noSlot - seconds }),
  };
}
