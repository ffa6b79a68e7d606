import { CancelledFailure } from '@temporalio/activity';

import type { CallResult } from '../lanes/governor/governor.ts';
import { partName } from '../storage/keys.ts';
import type { FailedRecord } from '../records/record.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import { watchCall, type WatchedCall } from '../telemetry/watch-call.ts';
import { readAttached, reserveAttached } from './attached.ts';
import { groupOf, itemIn, requestIdOf } from './call-names.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { lostWorkers, suspectDelay } from './decide.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { stoppedLaneFailure, suspectFailure } from './failure.ts';
import type { HeldAnswers } from './held-answers.ts';
import type { ResolvedCall } from './item-record.ts';
import type { ReadyCall } from './ready-call.ts';
import { waitTurn, type Suspects } from './suspects.ts';

/** What sets one kind of call apart. */
export interface CallKind {
  readonly kind: 'text' | 'image';
  /** Time for one attempt, from send to the last byte, in milliseconds. */
  readonly deadlineMs: number;
}

/** How a call ended that was sent, under which id it was, or why it cannot be. */
export type SentCall =
  | (NonNullable<CallResult> & { readonly requestId: string })
  | { readonly unmade: FailedRecord['fault'] };

/**
 * Sends a call once it may be: when it is its turn, where it is suspect, when the worker has room for what it carries and for
 * its answer, and when its lane lets it go.
 *
 * @throws ApplicationFailure, CancelledFailure where it goes back with nothing sent
 */
export async function sendCall(
  dependencies: ActivityDependencies,
  { held, suspects }: { readonly held: HeldAnswers; readonly suspects: Suspects },
  { kind, deadlineMs }: CallKind,
  underWay: CallUnderWay,
  call: ReadyCall,
): Promise<SentCall> {
  const { client, governors, now, random, telemetry = noTelemetry } = dependencies;
  const { context, reference, memory, stopping, unwanted } = underWay;
  const { resolution, goBack } = call;
  const item = resolution.call;
  const { recalled, attempt } = memory;
  const waited = await waitTurn(suspects, recalled, context.info.taskQueue, stopping);
  const later = (): Error => suspectFailure(suspectDelay(lostWorkers(recalled), random()));
  if (waited === undefined) throw await goBack(later());
  const { signal, turn } = waited;
  const isAway = (): boolean => turn?.away.aborted === true;
  underWay.atEnd(() => turn?.leave());
  const requestId = requestIdOf(item, attempt);
  async function send(): Promise<CallResult | { readonly unmade: FailedRecord['fault'] }> {
    underWay.atEnd(await reserveAttached(resolution, signal));
    const attached = await readAttached(dependencies, reference.run, resolution);
    if (attached !== undefined && 'fault' in attached) return { unmade: attached.fault };
    await held.room(signal);
    if (stopping.aborted) throw await goBack(new CancelledFailure('stopped before it was sent'));
    const { request, expect } = item.call;
    return governors.call(context.info, {
      item: itemIn(item),
      group: groupOf(context, reference),
      signal,
      listen: () => memory.beat(),
      ...(turn === undefined ? {} : { admit: turn.take }),
      send: () => {
        memory.sent(now());
        return watchCall(telemetry, watchedCall(item, attempt), () =>
          client.attempt({
            kind,
            request,
            requestId,
            deadlineMs,
            signal: unwanted,
            ...(expect === undefined ? {} : { expect }),
            ...(attached === undefined ? {} : { attachments: attached.attachments }),
          }),
        );
      },
    });
  }
  const sent = await send().catch((error: unknown) => {
    if (isAway()) return undefined;
    throw error;
  });
  if (sent === undefined) throw await goBack(isAway() ? later() : stoppedLaneFailure());
  return 'unmade' in sent ? sent : { ...sent, requestId };
}

function watchedCall({ plan, call, part }: ResolvedCall, attempt: number): WatchedCall {
  const { id, kind, model, request, maximum } = call;
  const step = part === undefined ? {} : { step: partName(part) };
  return { run: plan.runId, item: id, ...step, attempt, kind, model, request, maximum };
}
