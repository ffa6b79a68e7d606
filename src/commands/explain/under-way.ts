import type { ToldHistory } from './told-history.ts';

/** An activity of an item as Temporal tells it; times are milliseconds since the epoch. */
export interface PendingCall {
  /** Its type: a call, or what closes an item of several. */
  readonly activity: string;
  /** Position of the step, of an item that has several calls. */
  readonly step?: number;
  readonly index?: number;
  readonly repair?: number;
  /** By its number in Temporal's API. */
  readonly state: number;
  /** From 1, in this activity. */
  readonly attempt: number;
  /** Who has it, or had it last; empty before the first. */
  readonly worker: string;
  readonly scheduledAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly heardAt: number | undefined;
  readonly nextAt: number | undefined;
  /** Of the last heartbeat. */
  readonly details: unknown;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

/** What is going on with a call that was given out. Times are ISO 8601. */
export type UnderWay =
  /** It waits in its lane's queue, for the rate and for a worker. */
  | { readonly kind: 'queued'; readonly since: string }
  /** It waits to be tried again. */
  | { readonly kind: 'backing-off'; readonly until: string; readonly code: string; readonly message: string }
  /** A worker has it, and waits for its lane. */
  | { readonly kind: 'at-hand'; readonly worker: string; readonly since: string; readonly asOf: string }
  /** A worker has it: at hand, or sent within the last seconds. */
  | { readonly kind: 'taken'; readonly worker: string; readonly since: string }
  | { readonly kind: 'in-flight'; readonly worker: string; readonly since: string }
  /** It was answered, and its worker holds the answer until the store takes it. */
  | { readonly kind: 'held'; readonly worker: string }
  /** Somebody has paused it in the Temporal UI. */
  | { readonly kind: 'held-back' };

/** Numbers of states in Temporal's API. */
const STARTED = 2;
const CANCEL_REQUESTED = 3;
const PAUSED = 4;

/** Judges what is going on with a call, by what Temporal and the call itself have told. */
export function underWayOf(call: PendingCall, told: ToldHistory, now: number): UnderWay {
  const { state, attempt, worker, startedAt, heardAt, nextAt, failure } = call;
  const iso = (time: number | undefined): string => new Date(time ?? now).toISOString();
  if (state === PAUSED) return { kind: 'held-back' };
  if (state === STARTED || (state === CANCEL_REQUESTED && startedAt !== undefined)) {
    if (told.isHeld) return { kind: 'held', worker };
    const hasTold = heardAt !== undefined && startedAt !== undefined && heardAt >= startedAt;
    const { current } = told;
    if (!hasTold || current?.attempt !== told.base + attempt) {
      return { kind: 'taken', worker, since: iso(startedAt) };
    }
    return current.sentAt === undefined
      ? { kind: 'at-hand', worker, since: iso(startedAt), asOf: iso(heardAt) }
      : { kind: 'in-flight', worker, since: current.sentAt };
  }
  if (nextAt !== undefined && nextAt > now && failure !== undefined) {
    return { kind: 'backing-off', until: iso(nextAt), ...failure };
  }
  return { kind: 'queued', since: iso(nextAt ?? call.scheduledAt) };
}
