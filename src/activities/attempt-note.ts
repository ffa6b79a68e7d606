import type { Plan, PlannedCall } from '../plan/plan.ts';
import { formatAmount } from '../pollen/amount.ts';
import { priceOfAnswer } from '../pollen/charge.ts';
import { findPrice } from '../pollen/prices.ts';
import type { CacheStatus } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import type { Fault } from '../pollinations/outcome.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import {
  withNote,
  withRefusedKey,
  withThrottle,
  type AttemptEffect,
  type AttemptHistory,
  type AttemptNote,
} from './attempt-history.ts';

/** What an attempt's outcome tells the bill, whether it is an answer or a fault. */
interface Outcome {
  readonly status?: number;
  readonly requestId?: string;
  readonly latencyMs: number;
  readonly usage?: Usage;
}

/** What is known of an attempt besides its outcome. */
export interface Attempted {
  /** When it ended. */
  readonly now: Date;
  /** Identity of the worker that made it. */
  readonly worker: string;
  /** The id that it was sent with. */
  readonly requestId: string;
  /** Which lane let it go, and at what rate. */
  readonly lane?: AttemptNote['lane'];
}

/** The API may send anything as its request id, and Temporal keeps the note: no words of its own, and not many. */
const REQUEST_ID = /^[\w.=-]{1,128}$/;
const OWN_REQUEST_ID = 128;
/** Host names may be long. */
const WORKER = 100;

/** Notes an attempt. */
export function noteOf(
  attempt: number,
  code: string,
  outcome: Outcome,
  effect: AttemptEffect,
  { now, worker, requestId: own, lane }: Attempted,
): AttemptNote {
  const { status, usage = {} } = outcome;
  const wasSent = effect.kind !== 'refused' || status !== undefined;
  const theirs = REQUEST_ID.test(outcome.requestId ?? '') ? outcome.requestId : undefined;
  const requestId = theirs ?? (wasSent ? own.slice(0, OWN_REQUEST_ID) : undefined);
  return {
    attempt,
    at: now.toISOString(),
    worker: worker.slice(0, WORKER),
    code,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    latencyMs: Math.round(outcome.latencyMs),
    ...(lane === undefined ? {} : { lane: roundedLane(lane) }),
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    effect,
  };
}

// Records are many, and nobody reads more digits.
function roundedLane({ name, rps }: NonNullable<AttemptNote['lane']>): NonNullable<AttemptNote['lane']> {
  return { name, ...(rps === undefined ? {} : { rps: Number(rps.toPrecision(4)) }) };
}

/**
 * Takes a fault into the history: throttles, refused keys and missing credit are only counted, all others are listed.
 *
 * @param attempted - with when the key last worked on this worker, and whether the lane has an outage
 */
export function withFault(
  history: AttemptHistory,
  attempt: number,
  fault: Fault,
  planned: { readonly plan: Plan; readonly call: PlannedCall },
  attempted: Attempted & { readonly lastSuccess: number; readonly excused: boolean },
): AttemptHistory {
  if (fault.code === 'unauthorized') {
    return withRefusedKey(history, attempt, attempted.now.getTime(), attempted.lastSuccess);
  }
  const { action } = verdicts[fault.code].verdict;
  if (action === 'throttle' || action === 'pause') return withThrottle(history, attempt);
  const note = noteOf(attempt, fault.code, fault, effectOf(planned, fault), attempted);
  return withNote(history, attempted.excused ? { ...note, excused: true } : note);
}

/** Prices what an answer used, by the run's own price snapshot and the model that was asked for. */
export function answeredEffect(
  { plan, call }: { readonly plan: Plan; readonly call: PlannedCall },
  usage: Usage,
  cache: CacheStatus,
): AttemptEffect {
  const rates = findPrice(plan.prices, call.kind, call.model)?.rates;
  const { rounding } = dialects[plan.api.dialect];
  const price = rates === undefined ? undefined : priceOfAnswer(call.kind, usage, rates, rounding);
  return { kind: 'answered', price: price === undefined ? null : formatAmount(price), cache };
}

function effectOf(planned: { readonly plan: Plan; readonly call: PlannedCall }, fault: Fault): AttemptEffect {
  if (fault.usage !== undefined) {
    return answeredEffect(planned, fault.usage, fault.cache ?? { status: 'absent' });
  }
  return fault.lost ? { kind: 'lost' } : { kind: 'refused' };
}
