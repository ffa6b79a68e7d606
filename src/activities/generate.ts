import { CancelledFailure, Context } from '@temporalio/activity';

import type { Fault } from '../pollinations/outcome.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import type { FailedRecord, Receipt } from '../records/record.ts';
import { StoreError } from '../storage/store-error.ts';
import { partName } from '../storage/keys.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import type { CallResult } from '../lanes/governor/governor.ts';
import { watchCall, type WatchedCall } from '../telemetry/watch-call.ts';
import { NOT_STORED } from '../workflows/contract.ts';
import type { CallReference } from '../workflows/inputs.ts';
import {
  attemptOf,
  hasUnkept,
  LOST_WORKER,
  recallHistory,
  withEarlierActivities,
  withEarlierExecution,
  withCurrent,
  withNote,
  withNothingSent,
  withSent,
  type AttemptHistory,
} from './attempt-history.ts';
import { answeredEffect, noteOf, withFault } from './attempt-note.ts';
import { unaffordable } from './affordable.ts';
import { executionOf, groupOf, itemIn, requestIdOf } from './call-names.ts';
import { callSignal } from './call-signal.ts';
import { decide, isPoison, isSuspect, lostWorkers, probeDelay, suspectDelay } from './decide.ts';
import { withHitDoubt } from './early-hit.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { HeldAnswers } from './held-answers.ts';
import { standingOf, type Standing } from './given-up.ts';
import { holdingRun } from './holding-run.ts';
import {
  notStoredFailure,
  parkedFailure,
  retryFailure,
  stoppedLaneFailure,
  suspectFailure,
} from './failure.ts';
import { readAttached, reserveAttached } from './attached.ts';
import { checkOutput, schemaFault } from './check-output.ts';
import type { ResolvedCall } from './item-record.ts';
import { createItemStore } from './item-store.ts';
import { findPlanned, findStep, isBegun, listsOf } from './planned-call.ts';
import { resolveCall } from './resolve-call.ts';
import type { Suspects, Turn } from './suspects.ts';

/** Well below the heartbeat timeout of 20 s, and often enough to hear of a stop soon. */
const HEARTBEAT_MS = 5_000;

/**
 * A page gives a call up five seconds after it has told it to stop, and so none that is younger. It is a little less, since a
 * worker hears of a call somewhat later than the server has begun it.
 */
const STALE_MS = 4_000;

/** When the worker's key last worked, in milliseconds since the epoch. */
export interface KeyHealth {
  lastSuccess: number;
}

/** What all calls of a worker share. */
export interface SharedByCalls {
  readonly keyHealth: KeyHealth;
  readonly held: HeldAnswers;
  readonly suspects: Suspects;
}

/** What sets one kind of call apart. */
export interface CallKind {
  readonly kind: 'text' | 'image';
  /** Time for one attempt, from send to the last byte, in milliseconds. */
  readonly deadlineMs: number;
}

/**
 * Makes the activity of one kind of call: one attempt at the API, then the artifact, then the record. Temporal alone
 * tries again; what an attempt learned travels in its heartbeat details.
 */
export function createGenerate(
  dependencies: ActivityDependencies,
  { keyHealth, held, suspects }: SharedByCalls,
  { kind, deadlineMs }: CallKind,
): (reference: CallReference) => Promise<Receipt> {
  const { client, governors, now, telemetry = noTelemetry } = dependencies;

  return async function generate(reference) {
    const context = Context.current();
    const { attempt: tried } = context.info;
    const startedAt = performance.now();
    // Once it was told to stop, its run may end without it: that is asked, and not told.
    const isStopped = (): boolean => {
      const { cancelRequested = false, notFound = false } = context.cancellationDetails ?? {};
      return cancelRequested || notFound;
    };
    const isStale = (): boolean => isStopped() || performance.now() - startedAt > STALE_MS;
    const standing = (): Promise<Standing> => standingOf(context);
    const abandoned = new AbortController();
    const worker = governors.identity;
    let recalled = recallHistory(context.info.heartbeatDetails, tried);
    let attempt = attemptOf(recalled, tried);
    recalled = withCurrent(recalled, attempt, worker);
    // What the next attempt will know of this one. Until it has ended a lost worker must leave a hole, so the beat
    // tells only what was recalled.
    let history = withNothingSent(recalled, attempt);
    let holder: string | undefined;
    const tell = (told: AttemptHistory): void =>
      context.heartbeat(holder === undefined ? told : { ...told, holds: holder });
    const beat = setInterval(() => {
      tell(recalled);
      if (isStopped()) void standing().then((how) => isOver(how) && abandoned.abort());
    }, HEARTBEAT_MS);
    const run = holdingRun(context, reference);
    const signal = callSignal(context);
    // What has been paid for is not given up because the store is away.
    async function keep<Result>(store: () => Promise<Result>, bytes = 0): Promise<Result> {
      const onHolder = (name: string | undefined): void => {
        holder = name;
        tell(recalled);
      };
      try {
        return await held.keep({ run, bytes, signal, onHolder }, store);
      } catch (error) {
        throw signal.aborted && error instanceof StoreError ? notStoredFailure() : error;
      }
    }
    let release = (): void => {};
    let turn: Turn | undefined;
    // Whichever call of a page hears of its stop first, none of the others is sent any more.
    const onCancel = (): void => {
      if (context.cancellationDetails?.cancelRequested === true) governors.stop(groupOf(context, reference));
    };
    context.cancellationSignal.addEventListener('abort', onCancel, { once: true });
    try {
      const { holds, ...known } = recalled;
      if (holds !== undefined) {
        // The worker that held it is gone.
        await run.resume(holds);
        recalled = known;
      }
      const planned = await findPlanned(dependencies, reference);
      const isRepeated = tried > 1 || reference.resumed || reference.again !== undefined;
      if (isRepeated || isBegun(planned.item)) {
        const receipt = await findStep(dependencies, reference, planned.item);
        if (receipt !== undefined) return receipt;
      }
      const resolution = await resolveCall(dependencies, reference, planned);
      const item = resolution.call;
      const itemStore = createItemStore({ ...dependencies, reference, item, isStale, standing });
      const execution = executionOf(context);
      const keepAttempts = async ({ stopped: _before, ...told }: AttemptHistory): Promise<AttemptHistory> => {
        const { round } = reference;
        // The server tries again none that it has told to stop. One that it does not find it may have given to another worker.
        const isLast = round !== undefined && context.cancellationDetails?.cancelRequested === true;
        const kept = { ...told, kept: told.seen, execution, ...(isLast ? { stopped: round } : {}) };
        await itemStore.keepAttempts(kept);
        return { ...told, kept: told.seen };
      };
      if ((reference.again !== undefined || reference.resumed) && recalled.base === undefined) {
        const kept = await itemStore.recallAttempts();
        recalled = withEarlierActivities(recalled, kept, reference.again ?? 0, execution);
      }
      if (reference.resumed) recalled = withEarlierExecution(recalled, resolution.isNew === true, execution);
      attempt = attemptOf(recalled, tried);
      recalled = withCurrent(recalled, attempt, worker);
      history = withNothingSent(recalled, attempt);
      if (isRepeated) {
        const receipt = await itemStore.find(recalled);
        if (receipt !== undefined) return receipt;
        const verdict = isPoison(recalled) ? poison : recalled.verdict;
        if (verdict !== undefined) return await itemStore.fail(verdict, recalled);
      }
      // While it waits it may be taken back by a server that asks nobody. And a store that took no answer the last time
      // must show that it does, before another one is paid for.
      if (hasUnkept(recalled, 1)) {
        recalled = await keepAttempts(recalled);
        history = withNothingSent(recalled, attempt);
      }
      const unmade =
        resolution.fault ??
        schemaFault(item.call, planned.plan.schemas) ??
        unaffordable(planned.plan, item.call, recalled);
      if (unmade !== undefined) return await itemStore.fail(unmade, recalled);
      const goBack = async (failure: Error): Promise<Error> => {
        if (hasUnkept(recalled, 0)) await keep(() => keepAttempts(recalled));
        return failure;
      };
      const stopping = context.cancellationSignal;
      const lost = lostWorkers(recalled);
      if (isSuspect(recalled)) {
        turn = await suspects.enter({ lane: context.info.taskQueue, lost }, stopping);
        if (turn === undefined) throw await goBack(suspectFailure(suspectDelay(lost, dependencies.random())));
      }
      const waiting = turn === undefined ? stopping : AbortSignal.any([stopping, turn.away]);
      const isAway = (): boolean => turn?.away.aborted === true;
      const requestId = requestIdOf(item, attempt);
      const makeCall = async (): Promise<CallResult | { readonly fault: FailedRecord['fault'] }> => {
        release = await reserveAttached(resolution, waiting);
        const attached = await readAttached(dependencies, reference.run, resolution);
        if (attached !== undefined && 'fault' in attached) return attached;
        await held.room(waiting);
        if (stopping.aborted) throw await goBack(new CancelledFailure('stopped before it was sent'));
        return governors.call(context.info, {
          item: itemIn(item),
          group: groupOf(context, reference),
          signal: waiting,
          listen: () => context.heartbeat(recalled),
          ...(turn === undefined ? {} : { admit: turn.take }),
          send: () => {
            recalled = withSent(recalled, now());
            return watchCall(telemetry, watchedCall(item, attempt), () =>
              client.attempt({
                kind,
                request: item.call.request,
                requestId,
                deadlineMs,
                signal: AbortSignal.any([signal, abandoned.signal]),
                ...(item.call.expect === undefined ? {} : { expect: item.call.expect }),
                ...(attached === undefined ? {} : { attachments: attached.attachments }),
              }),
            );
          },
        });
      };
      const ended = await makeCall().catch((error: unknown) => {
        if (isAway()) return undefined;
        throw error;
      });
      if (ended === undefined) {
        const later = suspectFailure(suspectDelay(lost, dependencies.random()));
        throw await goBack(isAway() ? later : stoppedLaneFailure());
      }
      if ('fault' in ended) return await itemStore.fail(ended.fault, recalled);
      const { outcome, advice, lane } = ended;
      const attempted = { now: now(), worker, requestId, lane };
      if (outcome.kind === 'answered') {
        keyHealth.lastSuccess = attempted.now.getTime();
        const effect = answeredEffect(item, outcome.usage, outcome.cache);
        const note = noteOf(attempt, 'answered', { ...outcome, status: 200 }, effect, attempted);
        // Should storing fail, the answer is paid for all the same: the next attempt sends the same bytes for it.
        history = withNote(recalled, { ...note, code: NOT_STORED });
        const lists = listsOf(reference, planned.item);
        const { call, plan } = item;
        const told = withHitDoubt(outcome, { mode: plan.api.cacheMode, call, history: recalled });
        const checked = await checkOutput(told, call, planned.plan.schemas, lists);
        if (!('problem' in checked)) {
          const { answer, ...output } = checked;
          const store = (): Promise<Receipt> => itemStore.succeed(answer, note, recalled, output);
          return await keep(store, answer.body.byteLength);
        }
        const { remedy } = verdicts['output-invalid'];
        const verdict = { code: 'output-invalid', status: 200, message: checked.problem, remedy };
        history = { ...withNote(recalled, { ...note, code: verdict.code }), verdict };
        return await keep(() => itemStore.fail(verdict, history, checked.text));
      }
      const { fault } = outcome;
      history = withFault(recalled, attempt, fault, item, {
        ...attempted,
        lastSuccess: keyHealth.lastSuccess,
        excused: advice.excused,
      });
      const decision = decide(history, fault, dependencies.random(), advice);
      if (decision.kind === 'fail') {
        history = { ...history, verdict: faultOf(fault) };
        return await keep(() => itemStore.fail(faultOf(fault), history));
      }
      if (decision.kind === 'park') {
        // Pages of earlier versions take no call back, and the one that a paused run asks again with is not taken back.
        if (reference.round === undefined || reference.probes === true)
          throw parkedFailure(fault, decision, probeDelay(tried, dependencies.random()));
        // Each of its page's others would meet the same, and its page hears of it only when this one has ended.
        governors.stop(groupOf(context, reference));
        if (history.notes.length > 0) await keep(() => keepAttempts(history));
        throw parkedFailure(fault, decision);
      }
      // A stop may end the item before its next attempt: what this one may have cost must not end with it.
      if (fault.lost || fault.usage !== undefined || hasUnkept(history, 0)) {
        history = await keep(() => keepAttempts(history));
      }
      if (fault.code === 'aborted') throw new CancelledFailure('stopped while it was in flight');
      throw retryFailure(reference.run.runId, fault, decision);
    } catch (error) {
      tell(history);
      throw error;
    } finally {
      clearInterval(beat);
      release();
      turn?.leave();
    }
  };
}

function isOver(standing: Standing): boolean {
  return standing === 'given-up' || standing === 'ended';
}

function watchedCall({ plan, call, part }: ResolvedCall, attempt: number): WatchedCall {
  const { id, kind, model, request, maximum } = call;
  const step = part === undefined ? {} : { step: partName(part) };
  return { run: plan.runId, item: id, ...step, attempt, kind, model, request, maximum };
}

const poison: FailedRecord['fault'] = {
  code: LOST_WORKER,
  message: 'The worker died at every attempt at this item.',
  remedy: 'Look into the logs of the workers; leave the item out of the job if it is the cause.',
};

function faultOf({ code, status, message }: Fault): FailedRecord['fault'] {
  return { code, ...(status === undefined ? {} : { status }), message, remedy: verdicts[code].remedy };
}
