import { Context } from '@temporalio/activity';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

import type { CallActivities, ControlActivities } from '../workflows/contract.ts';
import type { CallReference, LostCall } from '../workflows/inputs.ts';
import { owesLoss } from './attempt-history.ts';
import { groupOf } from './call-names.ts';
import type { ActivityDependencies } from './dependencies.ts';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

const callTypes: readonly string[] = ['generateText', 'generateImage'] satisfies (keyof CallActivities)[];

/** States in which no attempt is under way, by their numbers in Temporal's API: scheduled, and paused by hand. */
const waitingStates: readonly unknown[] = [1, 4];

/**
 * Looks at the page that asks as the server sees it: which of its calls wait for their next attempt, and may have been
 * charged at an earlier one of which nothing is kept. This worker sends none of them from then on.
 */
export function createFindLosses({
  governors,
}: Pick<ActivityDependencies, 'governors'>): ControlActivities['findLosses'] {
  return async function findLosses(calls) {
    const context = Context.current();
    const { client, info } = context;
    // What is to be taken back when this is known is not to be sent meanwhile.
    governors.stop(groupOf(context, calls));
    const { workflowId = '', runId } = info.workflowExecution ?? {};
    const page = client.workflow.getHandle(workflowId, runId);
    const { raw } = await page.describe();
    const pending = raw.pendingActivities ?? [];
    const lost = new Set(pending.filter(isLost).map(({ activityId }) => activityId));
    if (lost.size === 0) return [];
    // Which call an activity makes it tells only where it was asked for.
    const { events } = await page.fetchHistory();
    return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: asked }) =>
      asked != null && lost.has(asked.activityId) ? [callOf(decode(asked.input) as CallReference)] : [],
    );
  };
}

/** Whether an activity is a call that may have been charged, and whose next attempt alone would tell. */
export function isLost({ activityType, state, attempt, heartbeatDetails }: PendingActivity): boolean {
  return (
    callTypes.includes(activityType?.name ?? '') &&
    waitingStates.includes(state) &&
    owesLoss(decode(heartbeatDetails), attempt ?? 1)
  );
}

function callOf({ position, step, index, repair }: CallReference): LostCall {
  if (step === undefined) return { position };
  const of = { ...(index === undefined ? {} : { index }), ...(repair === undefined ? {} : { repair }) };
  return { position, step: { step, ...of } };
}

function decode(told: { readonly payloads?: readonly Payload[] | null } | null | undefined): unknown {
  const [payload] = told?.payloads ?? [];
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
}
