import { isExcused, isOut } from './breaker.ts';
import { step } from './law.ts';
import { createLedger, type LaneOutcome } from './ledger.ts';
import { isByHand, isForeign, type QueueReading } from './queue-reading.ts';
import { formatReason, parseReason } from './reason.ts';
import { boundsOf, initialState, later, queueRateOf, type ConfiguredRate, type LaneState } from './state.ts';

/** A rate to write, with the text that says why. */
export interface QueueRate {
  readonly rps: number | undefined;
  readonly reason: string;
  /** Whether it can as well be written a tick later: the rate alone has grown. */
  readonly canWait: boolean;
}

/** What a call that has ended is told of its lane. */
export interface Advice {
  /** Milliseconds from one start to the next at the lane's rate; absent: it has none. */
  readonly turnMs?: number;
  /** Whether its fault is an outage's, and says nothing against the item. */
  readonly excused: boolean;
}

/** One worker's part in governing a lane: it hears its calls, and at each tick turns what it read into what to write. */
export interface LaneMind {
  sent(item: string, now: number): (outcome: LaneOutcome, now: number) => Advice;
  /**
   * Thinks about a reading.
   *
   * @param wall - milliseconds since the epoch, for the first reading alone
   * @returns what to write, or `undefined` to leave the queue as it is
   */
  think(reading: QueueReading, now: number, wall: number): QueueRate | undefined;
  /** Whether to think before the next tick: calls come to a quiet lane, or throttles or faults in a row. */
  isUrgent(now: number): boolean;
  /** What to write when this worker leaves: the one slot, if it has it, is free. */
  leave(): QueueRate | undefined;
  /** Takes note of an own write that has taken effect. */
  wrote(writtenAt: number, now: number): void;
  /** The state as last read or written; `undefined` before that, and where a person has set the rate. */
  state(): LaneState | undefined;
  /** Calls that may be in flight on this worker: its share of the lane's. */
  width(): number;
  /** Whether nothing is to be sent from here now: the lane stands still, or its one slot is another worker's. */
  isStopped(): boolean;
}

/** Changes of the rate below this share are not worth a write. */
const DEADBAND = 0.02;
/** Seconds without a sign of the worker with the one slot until another takes it. */
const LOST = 20;
/** Seconds until the worker with the one slot gives a sign. */
const SIGN = 8;
/** Cuts from the same rate that are further apart than that are two, in seconds. */
const SAME_CUT = 0.75;

/** Seconds between two readings at least. */
const LEAST_TICK = 0.3;
/** Throttles that call for a cut before the next tick. */
const URGENT = 2;

export interface MindOptions {
  readonly worker: string;
  readonly configured: ConfiguredRate;
  readonly concurrency: number;
}

/** Makes a worker's mind for one lane. Times in seconds of any steady clock. */
export function createLaneMind({ worker, configured, concurrency }: MindOptions): LaneMind {
  const ledger = createLedger();
  let version: number | undefined;
  let seenAt = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let known: LaneState | undefined;
  let workers = 1;
  let rank = 0;
  let cutAt: number | undefined;
  let hasCut = false;
  let lastRead: { readonly reason: string; readonly state: LaneState | undefined } = {
    reason: '',
    state: undefined,
  };

  // Not all at once: only the first one is to take it.
  const lost = LOST + (Buffer.from(worker).reduce((sum, byte) => sum + byte, 0) % 5);

  function recall(reading: QueueReading, now: number, wall: number): LaneState | undefined {
    const isFirst = version === undefined;
    if (reading.writtenAt !== version) {
      version = reading.writtenAt;
      seenAt = isFirst
        ? now - Math.min(3_600, Math.max(0, (wall - reading.writtenAt) / 1_000))
        : now - Math.min(0.5, (now - readAt) / 2);
    }
    if (reading.reason !== lastRead.reason) {
      const { reason = '' } = reading;
      lastRead = { reason, state: parseReason(reason) };
    }
    const { state } = lastRead;
    // The worker that starts last brings its settings along.
    if (state !== undefined && isFirst && !isSame(state.configured, configured)) return undefined;
    return state;
  }

  // At its ceiling a lane is cut from the same rate each time.
  function isNewCut({ cut }: LaneState, now: number): boolean {
    const before = cutAt;
    cutAt = cut === undefined ? undefined : now - cut.ago;
    if (cut === undefined || cutAt === undefined) return false;
    const from = known?.cut?.from;
    return before === undefined || from === undefined || !isNear(from, cut.from) || cutAt > before + SAME_CUT;
  }

  function notice(state: LaneState, now: number): void {
    const isCut = isNewCut(state, now);
    const isStart = known?.phase.kind === 'quiet' && state.phase.kind === 'running';
    const isHandover = state.oneSlot?.by !== known?.oneSlot?.by;
    // A call may have been sent, and ended, before this worker read that the lane runs.
    if (isStart) ledger.begin(readAt);
    if (isCut || isStart || isHandover) ledger.setBack(now, false);
    // A call may have been sent, and ended, in the new phase before this worker read of it.
    else if (state.phase.kind !== known?.phase.kind) ledger.setBack(readAt, true);
    known = state;
  }

  return {
    sent(item, sentAt) {
      const end = ledger.sent(item, sentAt);
      return (outcome, now) => {
        end(outcome, now);
        const isOver = known === undefined ? false : isExcused(known, outcome.code);
        const rate = known?.rate;
        return { excused: isOver, ...(rate === undefined ? {} : { turnMs: 1_000 / rate }) };
      };
    },
    think(reading, now, wall) {
      ({ workers, rank = 0 } = reading);
      const stored = recall(reading, now, wall);
      const sinceWrite = now - seenAt;
      if (lastRead.state === undefined && (isByHand(reading) || isForeign(reading, sinceWrite))) {
        known = undefined;
        readAt = now;
        return undefined;
      }
      const left = lastRead.state === undefined ? undefined : later(lastRead.state, sinceWrite);
      const was = stored === undefined || left === undefined ? beginState(configured, left) : left;
      notice(was, now);
      const { waiting } = reading;
      let next = step(was, ledger, {
        now,
        sinceWrite,
        sinceStep: now - readAt,
        worker,
        workers,
        ...(waiting === undefined ? {} : { waiting }),
      });
      readAt = now;
      const isSign = next.oneSlot?.by === worker && sinceWrite > SIGN;
      if (next.oneSlot !== undefined && next.oneSlot.by !== worker && sinceWrite > lost) {
        next = { ...next, oneSlot: { ...next.oneSlot, by: worker } };
      }
      if (stored !== undefined && !isSign && !isWorthWriting(was, next)) return undefined;
      hasCut = next.cut !== was.cut;
      notice(next, now);
      return writeOf(next, stored !== undefined && !isSign && !isTurn(was, next));
    },
    isUrgent(now) {
      if (known === undefined || now - readAt < LEAST_TICK) return false;
      if (known.phase.kind === 'quiet' || isTrying(known)) return ledger.heard(2, now).starts > 0;
      if (known.phase.kind !== 'running') return false;
      return ledger.heard(1, now).throttled >= URGENT || isOut(ledger.lately());
    },
    leave() {
      if (known?.oneSlot?.by !== worker) return undefined;
      const left = { ...known, oneSlot: { ...known.oneSlot, by: '' } };
      return writeOf(left, false);
    },
    wrote(writtenAt, now) {
      version = writtenAt;
      seenAt = now;
      // Calls that were sent before it took effect tell nothing of the new rate.
      if (hasCut) ledger.setBack(now, false);
      hasCut = false;
    },
    state: () => known,
    width() {
      if (known?.oneSlot !== undefined) return known.oneSlot.by === worker ? 1 : 0;
      // Of a lane with fewer calls than workers each has one: who does not come to turn may be all that is left.
      const [share, rest] = [Math.floor(concurrency / workers), concurrency % workers];
      return Math.max(1, share + (rank < rest ? 1 : 0));
    },
    isStopped() {
      if (known === undefined) return false;
      const isElsewhere = known.oneSlot !== undefined && known.oneSlot.by !== worker;
      switch (known.phase.kind) {
        case 'running':
        case 'quiet':
          return isElsewhere;
        case 'held':
        case 'paused':
          return true;
        case 'probing':
          return !isTrying(known);
      }
    },
  };
}

/** The state of a lane that begins, or begins anew with other settings: what it waits for, it still waits for. */
function beginState(configured: ConfiguredRate, left: LaneState | undefined): LaneState {
  const state = initialState(configured);
  return left === undefined || left.phase.kind === 'running' || left.phase.kind === 'quiet'
    ? state
    : { ...state, phase: left.phase };
}

function isSame(left: ConfiguredRate, right: ConfiguredRate): boolean {
  return left.adaptive === right.adaptive && isNear(left.rps ?? 0, right.rps ?? 0);
}

/** Whether two rates are the same: the state keeps five digits. */
function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-4 * Math.max(one, other);
}

/** Whether a call is to try the API, and none has been sent. */
function isTrying({ phase }: LaneState): boolean {
  return phase.kind === 'probing' && phase.left === undefined;
}

function writeOf(state: LaneState, canWait: boolean): QueueRate {
  return { rps: queueRateOf(state), reason: formatReason(state), canWait };
}

/** Whether more than the rate has changed, or the rate by a cut. */
function isTurn(was: LaneState, next: LaneState): boolean {
  return (
    was.phase.kind !== next.phase.kind ||
    isTrying(was) !== isTrying(next) ||
    was.oneSlot?.by !== next.oneSlot?.by ||
    was.cut !== next.cut
  );
}

function isWorthWriting(was: LaneState, next: LaneState): boolean {
  if (isTurn(was, next)) return true;
  const [before = Infinity, after = Infinity] = [was.rate, next.rate];
  const isThere = after === boundsOf(next.configured).ceiling;
  return before !== after && (isThere || !(Math.abs(after - before) < DEADBAND * before));
}
