import { Context } from '@temporalio/activity';

import type { Receipt } from '../records/record.ts';
import type { CallReference } from '../workflows/inputs.ts';
import { beginCall } from './call-under-way.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { HeldAnswers } from './held-answers.ts';
import { makeReady } from './ready-call.ts';
import { sendCall, type CallKind } from './send-call.ts';
import { settleAttempt, type KeyHealth } from './settle-attempt.ts';
import type { Suspects } from './suspects.ts';

/** What all calls of a worker share. */
export interface SharedByCalls {
  readonly keyHealth: KeyHealth;
  readonly held: HeldAnswers;
  readonly suspects: Suspects;
}

/**
 * Makes the activity of one kind of call: one attempt at the API, then the artifact, then the record. Temporal alone
 * tries again; what an attempt learned travels in its heartbeat details.
 */
export function createGenerate(
  dependencies: ActivityDependencies,
  shared: SharedByCalls,
  kind: CallKind,
): (reference: CallReference) => Promise<Receipt> {
  return async function generate(reference) {
    const underWay = beginCall(dependencies, shared.held, Context.current(), reference);
    try {
      const ready = await makeReady(dependencies, underWay);
      if ('receipt' in ready) return ready.receipt;
      const { call } = ready;
      const sent = await sendCall(dependencies, shared, kind, underWay, call);
      if ('unmade' in sent) return await call.itemStore.fail(sent.unmade, underWay.memory.recalled);
      return await settleAttempt(dependencies, shared.keyHealth, underWay, call, sent);
    } catch (error) {
      underWay.memory.tell();
      throw error;
    } finally {
      underWay.end();
    }
  };
}
