import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';

import { isObject } from '../../json.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { unlessAbsent } from '../../temporal/unless-absent.ts';
import { pageWorkflowId } from '../../workflows/ids.ts';
import type { CallReference } from '../../workflows/inputs.ts';
import type { PendingCall } from './under-way.ts';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

const ANSWER_MS = 5_000;

/**
 * Finds the calls of an item that its page has given out, as the server sees them.
 *
 * @param position - of the item in its page, from 0
 * @returns `undefined` where the page has not begun
 */
export async function lookAtCalls(
  client: Client,
  run: RunLocation,
  page: number,
  position: number,
): Promise<readonly PendingCall[] | undefined> {
  const handle = client.workflow.getHandle(pageWorkflowId(run.runId, page));
  return client.connection.withDeadline(Date.now() + ANSWER_MS, () =>
    unlessAbsent(async () => {
      const { raw } = await handle.describe();
      const pending = raw.pendingActivities ?? [];
      if (pending.length === 0) return [];
      // Which call an activity makes it tells only where it was asked for.
      const { events } = await handle.fetchHistory();
      const asked = new Map<unknown, Partial<CallReference>>();
      for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
        const reference = scheduled == null ? undefined : decode(scheduled.input);
        if (isObject(reference) && reference['position'] === position) {
          asked.set(scheduled?.activityId, reference);
        }
      }
      return pending.flatMap((activity) => {
        const reference = asked.get(activity.activityId);
        return reference === undefined ? [] : [toPending(activity, reference)];
      });
    }),
  );
}

function toPending(activity: PendingActivity, { step, index, repair }: Partial<CallReference>): PendingCall {
  const { lastFailure, lastWorkerIdentity } = activity;
  const times = {
    scheduledAt: optionalTsToMs(activity.scheduledTime),
    startedAt: optionalTsToMs(activity.lastStartedTime),
    heardAt: optionalTsToMs(activity.lastHeartbeatTime),
    nextAt: optionalTsToMs(activity.nextAttemptScheduleTime),
  };
  return {
    activity: activity.activityType?.name ?? '',
    ...(step === undefined ? {} : { step }),
    ...(index === undefined ? {} : { index }),
    ...(repair === undefined ? {} : { repair }),
    state: activity.state ?? 0,
    attempt: activity.attempt ?? 1,
    worker: lastWorkerIdentity ?? '',
    ...times,
    details: decode(activity.heartbeatDetails),
    failure:
      lastFailure == null
        ? undefined
        : {
            code: lastFailure.applicationFailureInfo?.type ?? 'lost-worker',
            message: lastFailure.message ?? '',
          },
  };
}

function decode(told: { readonly payloads?: readonly Payload[] | null } | null | undefined): unknown {
  const [payload] = told?.payloads ?? [];
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
}
