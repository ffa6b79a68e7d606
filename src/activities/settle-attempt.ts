import { CancelledFailure } from '@temporalio/activity';

import type { CallResult } from '../lanes/governor/governor.ts';
import type { Answer, Fault } from '../pollinations/outcome.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import type { FailedRecord, Receipt } from '../records/record.ts';
import { NOT_STORED } from '../workflows/contract.ts';
import { hasUnkept, withNote } from './attempt-history.ts';
import { answeredEffect, noteOf, withFault, type Attempted } from './attempt-note.ts';
import { groupOf } from './call-names.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { checkOutput } from './check-output.ts';
import { decide, probeDelay } from './decide.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { withHitDoubt } from './early-hit.ts';
import { parkedFailure, retryFailure } from './failure.ts';
import { listsOf } from './planned-call.ts';
import type { ReadyCall } from './ready-call.ts';

/** When the worker's key last worked, in milliseconds since the epoch. */
export interface KeyHealth {
  lastSuccess: number;
}

/**
 * Stores what became of an attempt that was sent, or says when there is to be another one.
 *
 * @throws ApplicationFailure, CancelledFailure where it brought no answer, or none that was asked for
 */
export async function settleAttempt(
  dependencies: ActivityDependencies,
  keyHealth: KeyHealth,
  underWay: CallUnderWay,
  call: ReadyCall,
  ended: NonNullable<CallResult> & { readonly requestId: string },
): Promise<Receipt> {
  const { outcome, advice, lane, requestId } = ended;
  const attempted = { now: dependencies.now(), worker: dependencies.governors.identity, requestId, lane };
  if (outcome.kind === 'answered') {
    keyHealth.lastSuccess = attempted.now.getTime();
    return keepAnswer(underWay, call, outcome, attempted);
  }
  const { memory } = underWay;
  const { fault } = outcome;
  const { lastSuccess } = keyHealth;
  const { excused } = advice;
  const history = withFault(memory.recalled, memory.attempt, fault, call.resolution.call, {
    ...attempted,
    lastSuccess,
    excused,
  });
  memory.conclude(history);
  const decision = decide(history, fault, dependencies.random(), advice);
  switch (decision.kind) {
    case 'fail':
      memory.conclude({ ...history, verdict: faultOf(fault) });
      return underWay.keep(() => call.itemStore.fail(faultOf(fault), memory.history));
    case 'park':
      throw await park(dependencies, underWay, call, (delayMs) => parkedFailure(fault, decision, delayMs));
    case 'retry':
      // A stop may end the item before its next attempt: what this one may have cost must not end with it.
      if (fault.lost || fault.usage !== undefined || hasUnkept(history, 0)) {
        memory.conclude(await underWay.keep(() => call.keepAttempts(history)));
      }
      throw fault.code === 'aborted'
        ? new CancelledFailure('stopped while it was in flight')
        : retryFailure(underWay.reference.run.runId, fault, decision);
  }
}

async function keepAnswer(
  { reference, memory, keep }: CallUnderWay,
  { planned, resolution, itemStore }: ReadyCall,
  outcome: Answer & { readonly kind: 'answered' },
  attempted: Attempted,
): Promise<Receipt> {
  const { recalled, attempt } = memory;
  const { plan, call } = resolution.call;
  const effect = answeredEffect(resolution.call, outcome.usage, outcome.cache);
  const note = noteOf(attempt, 'answered', { ...outcome, status: 200 }, effect, attempted);
  // Should storing fail, the answer is paid for all the same: the next attempt sends the same bytes for it.
  memory.conclude(withNote(recalled, { ...note, code: NOT_STORED }));
  const lists = listsOf(reference, planned.item);
  const told = withHitDoubt(outcome, { mode: plan.api.cacheMode, call, history: recalled });
  const checked = await checkOutput(told, call, planned.plan.schemas, lists);
  if (!('problem' in checked)) {
    const { answer, ...output } = checked;
    return keep(() => itemStore.succeed(answer, note, recalled, output), answer.body.byteLength);
  }
  const { remedy } = verdicts['output-invalid'];
  const verdict = { code: 'output-invalid', status: 200, message: checked.problem, remedy };
  const history = { ...withNote(recalled, { ...note, code: verdict.code }), verdict };
  memory.conclude(history);
  return keep(() => itemStore.fail(verdict, history, checked.text));
}

/** Gives a call back that meets what every further call would meet. */
async function park(
  { governors, random }: ActivityDependencies,
  { context, reference, memory, keep }: CallUnderWay,
  { keepAttempts }: ReadyCall,
  failure: (delayMs?: number) => Error,
): Promise<Error> {
  const { history } = memory;
  // Pages of earlier versions take no call back, and the one that a paused run asks again with is not taken back.
  if (reference.round === undefined || reference.probes === true) {
    return failure(probeDelay(context.info.attempt, random()));
  }
  // Each of its page's others would meet the same, and its page hears of it only when this one has ended.
  governors.stop(groupOf(context, reference));
  if (history.notes.length > 0) await keep(() => keepAttempts(history));
  return failure();
}

function faultOf({ code, status, message }: Fault): FailedRecord['fault'] {
  return { code, ...(status === undefined ? {} : { status }), message, remedy: verdicts[code].remedy };
}
