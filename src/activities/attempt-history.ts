import type { CacheStatus } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import type { FailedRecord } from '../records/record.ts';

/** What an attempt means for the bill: not billed, perhaps billed, or answered at a price (`null` where it has none). */
export type AttemptEffect =
  | { readonly kind: 'refused' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'answered'; readonly price: string | null; readonly cache: CacheStatus };

/** One attempt, as its successors learn of it. */
export interface AttemptNote {
  readonly attempt: number;
  /** When it ended, ISO 8601; absent when a lost worker took it along. */
  readonly at?: string;
  /** Identity of the worker that made it. */
  readonly worker?: string;
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly latencyMs?: number;
  /** Which lane let it go, and how many calls a second it let go then. */
  readonly lane?: { readonly name: string; readonly rps?: number };
  /** What its answer used. */
  readonly usage?: Usage;
  readonly effect: AttemptEffect;
  /** An outage was under way: the attempt uses up none of the item's tries. */
  readonly excused?: true;
}

/**
 * What the attempts of a call so far have learned. It travels in the activity's heartbeat details: the last heartbeat
 * of an attempt reaches the next one, on whatever worker.
 */
export interface AttemptHistory {
  /** Highest attempt number that is accounted for. */
  readonly seen: number;
  /** Attempts that were told to slow down: they are counted, not listed, since they may be many. */
  readonly throttled: number;
  /** Throttles since the last other outcome. */
  readonly throttledInRow: number;
  /** Refusals of the key (401) since the last other outcome. */
  readonly unauthorized?: { readonly count: number; readonly since: number };
  /** Attempts of the activities before this one, for a call that had been put back. Absent until it is known. */
  readonly base?: number;
  /** How many of its notes stand for calls that were lost between two activities. */
  readonly losses?: number;
  /** Highest attempt number that `attempts.json` has. Absent where nothing of it is kept. */
  readonly kept?: number;
  /** Execution of the page that knows what those before it may have sent. */
  readonly execution?: string;
  /** Round of its page in which this was kept of a call that had been told to stop: it has no other attempt there. */
  readonly stopped?: number;
  /** Under what name its worker holds answers, this one among them, while the store is away. */
  readonly holds?: string;
  /** The attempt under way, should its worker be lost, and when it was sent, once it was (ISO 8601). */
  readonly current?: { readonly attempt: number; readonly worker: string; readonly sentAt?: string };
  /** How the item has failed for good, when its record could not be written yet. */
  readonly verdict?: FailedRecord['fault'];
  /** Every other attempt, oldest first. */
  readonly notes: readonly AttemptNote[];
}

/** Code of an attempt whose worker died before it could tell anything. */
export const LOST_WORKER = 'lost-worker';

const MAX_NOTES = 100;

const noHistory: AttemptHistory = { seen: 0, throttled: 0, throttledInRow: 0, notes: [] };

/**
 * The history as the current attempt finds it. A hole in the attempt numbers is a worker that was lost with its
 * attempt: the request may have been sent, so its charge is unknown.
 *
 * @param details - heartbeat details of the last attempt that had any
 * @param tried - number of the current attempt in its activity, from 1
 */
export function recallHistory(details: unknown, tried: number): AttemptHistory {
  const told = isHistory(details) ? details : noHistory;
  const attempt = attemptOf(told, tried);
  // After a reset from outside the numbers start anew.
  const known = told.seen < attempt ? told : { ...told, seen: 0 };
  const holes: AttemptNote[] = [];
  const { current } = told;
  for (let lost = known.seen + 1; lost < attempt; lost += 1) {
    holes.push(lostAttempt(lost, current?.attempt === lost ? current.worker : undefined));
  }
  return holes.length === 0 ? known : { ...known, seen: attempt - 1, notes: [...known.notes, ...holes] };
}

/** Says who makes the attempt under way. */
export function withCurrent(history: AttemptHistory, attempt: number, worker: string): AttemptHistory {
  return { ...history, current: { attempt, worker } };
}

/** Says that the attempt under way has been sent: so far it has only waited for its lane. */
export function withSent(history: AttemptHistory, at: Date): AttemptHistory {
  const { current } = history;
  return current === undefined ? history : { ...history, current: { ...current, sentAt: at.toISOString() } };
}

/** Number of an attempt among all of its call, from 1: a call that was put back has had some in earlier activities. */
export function attemptOf({ base = 0 }: AttemptHistory, tried: number): number {
  return base + tried;
}

/**
 * What a call that had been put back has learned before, with what this activity has learned so far.
 *
 * @param kept - what the activities before have kept of it, if anything
 * @param losses - how often its worker was lost with it in the time of this execution
 * @param execution - of the page: what an earlier one has counted as lost are other calls
 */
export function withEarlierActivities(
  history: AttemptHistory,
  kept: unknown,
  losses: number,
  execution?: string,
): AttemptHistory {
  if (history.base !== undefined) return history;
  const { unauthorized: _over, ...earlier } = isHistory(kept) ? kept : noHistory;
  const known = earlier.execution === execution ? (earlier.losses ?? 0) : 0;
  const missed = Math.max(0, losses - known);
  const lost = Array.from({ length: missed }, (_, index) => lostAttempt(earlier.seen + 1 + index));
  const base = earlier.seen + missed;
  return {
    ...earlier,
    base,
    losses,
    seen: base + history.seen,
    throttled: earlier.throttled + history.throttled,
    throttledInRow: history.throttledInRow,
    notes: [
      ...earlier.notes,
      ...lost,
      ...history.notes.map((note) => ({ ...note, attempt: base + note.attempt })),
    ],
  };
}

function lostAttempt(attempt: number, worker?: string): AttemptNote {
  const by = worker === undefined ? {} : { worker };
  return { attempt, ...by, code: LOST_WORKER, effect: { kind: 'lost' } };
}

/** Accounts for an attempt that ended before it sent anything. */
export function withNothingSent(history: AttemptHistory, attempt: number): AttemptHistory {
  return { ...history, seen: attempt };
}

/** Adds an attempt that is listed. Past the cap, the oldest that cost nothing gives way. */
export function withNote(history: AttemptHistory, note: AttemptNote): AttemptHistory {
  const { unauthorized: _ended, ...rest } = history;
  const notes = [...history.notes, note];
  const harmless = notes.length > MAX_NOTES ? notes.findIndex(({ effect }) => effect.kind === 'refused') : -1;
  return {
    ...rest,
    seen: note.attempt,
    throttledInRow: 0,
    notes: harmless < 0 ? notes : notes.toSpliced(harmless, 1),
  };
}

/** Counts an attempt that only had to wait. */
export function withThrottle(history: AttemptHistory, attempt: number): AttemptHistory {
  const { unauthorized: _ended, ...rest } = history;
  return {
    ...rest,
    seen: attempt,
    throttled: history.throttled + 1,
    throttledInRow: history.throttledInRow + 1,
  };
}

/**
 * What a call knows of itself after its run was ended from outside and taken up again: what was kept, and that it may
 * have been sent once more.
 *
 * @param isNew - whether its request has only just been made, so that it was not
 * @param execution - that asks: it counts what was before it once
 */
export function withEarlierExecution(
  history: AttemptHistory,
  isNew: boolean,
  execution: string,
): AttemptHistory {
  if (history.execution === execution) return history;
  if (isNew) return { ...history, execution };
  const { base = 0, notes, seen } = history;
  const before = notes.filter(({ attempt }) => attempt <= base);
  const own = notes.filter(({ attempt }) => attempt > base);
  if (before.length === 0 && base === 0) return { ...history, execution, notes: [lostAttempt(0), ...own] };
  return {
    ...history,
    execution,
    base: base + 1,
    seen: seen + 1,
    notes: [...before, lostAttempt(base + 1), ...own.map((note) => ({ ...note, attempt: note.attempt + 1 }))],
  };
}

/**
 * Whether an attempt may have been charged that is not kept yet.
 *
 * @param from - lowest number that counts; 0 is what an earlier execution may have sent
 */
export function hasUnkept({ notes, kept = -1 }: AttemptHistory, from: 0 | 1): boolean {
  return notes.some(({ attempt, effect }) => effect.kind !== 'refused' && attempt >= from && attempt > kept);
}

/**
 * Whether a call may have been charged by an attempt that only its next one would account for, by what that would find. There
 * is one such attempt at most: each keeps what was before it before it sends anything.
 *
 * @param details - heartbeat details of the last attempt that had any
 * @param tried - number of the next attempt in its activity
 */
export function owesLoss(details: unknown, tried: number): boolean {
  const { notes, base = 0, kept = 0 } = recallHistory(details, tried);
  // What the activities before have left its page counts.
  const known = Math.max(base, kept);
  return notes.some(({ attempt, effect }) => effect.kind !== 'refused' && attempt > known);
}

/**
 * Counts an attempt whose key was refused.
 *
 * @param at - milliseconds since the epoch
 * @param lastSuccess - when this key last worked, on this worker; a success since then starts the count anew
 */
export function withRefusedKey(
  history: AttemptHistory,
  attempt: number,
  at: number,
  lastSuccess: number,
): AttemptHistory {
  const earlier = history.unauthorized;
  const continues = earlier !== undefined && lastSuccess < earlier.since;
  return {
    ...history,
    seen: attempt,
    throttled: history.throttled + 1,
    throttledInRow: history.throttledInRow + 1,
    unauthorized: continues ? { count: earlier.count + 1, since: earlier.since } : { count: 1, since: at },
  };
}

/** Whether a call that was told to stop in a round of its page has kept what its attempts may have cost, the last one too. */
export function isKeptAtEnd(kept: unknown, execution: string | undefined, round: number): boolean {
  return isHistory(kept) && kept.stopped === round && kept.execution === execution;
}

function isHistory(details: unknown): details is AttemptHistory {
  return typeof details === 'object' && details !== null && 'seen' in details && 'notes' in details;
}
