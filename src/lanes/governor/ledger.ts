import type { FaultCode } from '../../pollinations/verdicts.ts';
import { verdicts } from '../../pollinations/verdicts.ts';

/** How a call ended, as far as its lane is concerned. */
export interface LaneOutcome {
  /** Absent: it was answered. */
  readonly code?: FaultCode;
  readonly retryAfterMs?: number;
}

/** A call that ended. Times in seconds of the ledger's clock. */
interface Ended extends LaneOutcome {
  readonly item: string;
  readonly sentAt: number;
  readonly at: number;
  /** Other calls of this worker's lane that were in flight when it was sent. */
  readonly beside: number;
}

/** What one worker has heard of a lane since it was last set back. */
export interface Heard {
  readonly starts: number;
  readonly answered: number;
  /** Calls that the API itself has ended, be it by refusing what they ask: it is there. */
  readonly reached: number;
  readonly throttled: number;
  /** Calls sent since the first one that was throttled, it among them. */
  readonly since: number;
  /** Throttles that came with a wait of about a second. */
  readonly shortWaits: number;
  /** Throttles of calls that had none beside them. */
  readonly throttledAlone: number;
  /** Whether two calls that were answered were in flight together. */
  readonly overlapped: boolean;
  /** Seconds that an answer takes, about. */
  readonly latency: number;
  /** Seconds from now that the API asks to wait. */
  readonly wait: number;
  readonly outages: number;
  readonly inFlight: number;
  /**
   * Seconds since a call was last sent or ended; 0 while one is in flight, and where none was sent since the lane runs:
   * others have its calls then.
   */
  readonly quiet: number;
}

/** The last calls that ended. */
export interface Lately {
  readonly ended: number;
  readonly outages: number;
  /** Items that met outages: one alone may be their cause. */
  readonly items: number;
  /** Outages in which nothing was sent: no item is their cause. */
  readonly unsent: number;
}

/** Faults of the way to the API, or of the API as a whole. */
const outageCodes: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unreachable',
  'reset',
  'truncated',
  'redirected',
  'server-error',
  'gateway',
  'edge-timeout',
  'deadline',
  'not-the-api',
]);
/** Shown for upstream throttles as well: many together slow the lane down. */
const GATEWAY_SHARE = 0.2;
/** More of them are an outage. */
const OUTAGE_SHARE = 0.75;
/** Faults of calls that tell nothing of the API: we gave them up, or never sent them. */
const untold: ReadonlySet<FaultCode> = new Set<FaultCode>(['aborted', 'request-unsafe']);
const SHORT_WAIT_MS = 1_500;
const KEEP_SECONDS = 120;
/** Calls that tell whether there is an outage. */
const LAST_CALLS = 20;

export function isOutage(code: FaultCode | undefined): boolean {
  return code !== undefined && outageCodes.has(code);
}

function isReached(code: FaultCode | undefined): boolean {
  return code === undefined || !(outageCodes.has(code) || untold.has(code));
}

/** Whether a fault says that calls come too fast. */
export function isThrottle(code: FaultCode | undefined): boolean {
  return code !== undefined && verdicts[code].verdict.action === 'throttle';
}

/** Keeps what a worker hears of one lane. */
export interface Ledger {
  /** Notes a call that is sent, and gives a way to note its end. */
  sent(item: string, now: number): (outcome: LaneOutcome, now: number) => void;
  /** What was heard in the last seconds, at most back to when it was set back, or whatever happened since. */
  heard(seconds: number, now: number, whole?: 'whole'): Heard;
  /** How the last calls ended, at most back to the last turn. */
  lately(): Lately;
  /** Lets what was heard so far count no more for the rate; at a turn of the lane, for nothing. */
  setBack(now: number, isTurn: boolean): void;
  /** Notes that a quiet lane has begun to run. */
  begin(now: number): void;
}

/** Makes an empty ledger; its clock is given with every call, in seconds. */
export function createLedger(): Ledger {
  let starts: number[] = [];
  let ended: Ended[] = [];
  let inFlight = 0;
  let from = Number.NEGATIVE_INFINITY;
  let turnedAt = Number.NEGATIVE_INFINITY;
  let begunAt = Number.NEGATIVE_INFINITY;
  let touchedAt = Number.NEGATIVE_INFINITY;
  let waitUntil = 0;
  let latency = 1;

  // Not at each call: that would go through all of them each time.
  function prune(now: number): void {
    const old = now - KEEP_SECONDS;
    if ((starts[0] ?? now) >= old - KEEP_SECONDS) return;
    starts = starts.filter((at) => at >= old);
    ended = ended.filter(({ at }) => at >= old);
  }

  return {
    sent(item, sentAt) {
      const beside = inFlight;
      starts.push(sentAt);
      inFlight += 1;
      touchedAt = sentAt;
      return (outcome, at) => {
        inFlight -= 1;
        touchedAt = at;
        ended.push({ ...outcome, item, sentAt, at, beside });
        if (outcome.code === undefined) latency += (at - sentAt - latency) / 8;
        if ((isThrottle(outcome.code) || outcome.code === 'gateway') && outcome.retryAfterMs !== undefined) {
          waitUntil = Math.max(waitUntil, at + outcome.retryAfterMs / 1_000);
        }
        prune(at);
      };
    },
    heard(seconds, now, whole) {
      const first = whole === undefined ? from : Number.NEGATIVE_INFINITY;
      const since = Math.max(first, now - seconds);
      const recent = ended
        .slice(ended.findLastIndex(({ at }) => at <= since) + 1)
        .filter(({ sentAt }) => sentAt >= first);
      const answers = recent.filter(({ code }) => code === undefined);
      const outages = recent.filter(({ code }) => isOutage(code));
      const gateways = recent.filter(({ code }) => code === 'gateway').length;
      const throttles = recent.filter(({ code }) => isThrottle(code));
      const firstThrottle = throttles.reduce((first, { sentAt }) => Math.min(first, sentAt), now);
      const isGatewayBurst =
        gateways >= 3 && gateways >= GATEWAY_SHARE * recent.length && gateways < OUTAGE_SHARE * recent.length;
      return {
        starts: starts.length - 1 - starts.findLastIndex((at) => at <= since),
        answered: answers.length,
        reached: recent.filter(({ code }) => isReached(code)).length,
        throttled: throttles.length + (isGatewayBurst ? gateways : 0),
        since: starts.length - starts.findLastIndex((at) => at < firstThrottle) - 1,
        shortWaits: throttles.filter(({ retryAfterMs = Infinity }) => retryAfterMs <= SHORT_WAIT_MS).length,
        throttledAlone: throttles.filter(({ beside }) => beside === 0).length,
        overlapped: isOverlapping(answers, Math.max(0.05, latency / 2)),
        latency,
        wait: Math.max(0, waitUntil - now),
        outages: outages.length,
        inFlight,
        quiet: inFlight > 0 || touchedAt < begunAt ? 0 : now - touchedAt,
      };
    },
    lately() {
      const last = ended.slice(-LAST_CALLS).filter(({ sentAt }) => sentAt >= turnedAt);
      const outages = last.filter(({ code }) => isOutage(code));
      return {
        ended: last.length,
        outages: outages.length,
        items: new Set(outages.map(({ item }) => item)).size,
        unsent: outages.filter(({ code }) => code === 'unreachable').length,
      };
    },
    setBack(now, isTurn) {
      from = now;
      if (isTurn) turnedAt = now;
    },
    begin(now) {
      begunAt = now;
    },
  };
}

// By a good part of their time: on a busy machine an answer is heard late.
function isOverlapping(calls: readonly Ended[], least: number): boolean {
  const inOrder = [...calls].sort((left, right) => left.sentAt - right.sentAt);
  return inOrder.some(({ at }, index) => (inOrder[index + 1]?.sentAt ?? Infinity) < at - least);
}
