import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';

import { readPlan } from '../../src/records/run-store.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { statusCodes } from '../../src/temporal/failure.ts';
import { pageWorkflowId } from '../../src/workflows/ids.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';

// Times are Temporal's: a store tells whole seconds. A record is its activity's last act, so both end together.

type Reading = Parameters<Client['workflowService']['getWorkflowExecutionHistory']>[0];
type HistoryEvents = NonNullable<
  NonNullable<
    Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistoryReverse']>>['history']
  >['events']
>;

/** Events at either end of a page that hold its first and its last call. */
const EVENTS = 300;

/** Waits until a run's first record is there, and tells when that was, in milliseconds since 1970. */
export async function firstRecordAt({ session }: ProcessStack, { runId }: RunLocation): Promise<number> {
  const { client } = session.temporal;
  for (;;) {
    const first = callEnds(await eventsOf(client, runId, 0, 'first'))[0];
    if (first !== undefined) return first;
    await pause(50);
  }
}

/** When the last record of a run that has ended was there, in milliseconds since 1970. */
export async function lastRecordAt({ session }: ProcessStack, run: RunLocation): Promise<number> {
  const plan = await readPlan(session.store, run);
  let last = 0;
  for (const { page } of plan?.pages ?? []) {
    last = Math.max(last, ...callEnds(await eventsOf(session.temporal.client, run.runId, page, 'last')));
  }
  return last;
}

async function eventsOf(
  client: Client,
  runId: string,
  page: number,
  end: 'first' | 'last',
): Promise<HistoryEvents> {
  const { workflowService, options } = client;
  const request = {
    namespace: options.namespace,
    execution: { workflowId: pageWorkflowId(runId, page) },
    maximumPageSize: EVENTS,
  } satisfies Reading;
  try {
    const { history } = await (end === 'first'
      ? workflowService.getWorkflowExecutionHistory(request)
      : workflowService.getWorkflowExecutionHistoryReverse(request));
    return history?.events ?? [];
  } catch (error) {
    // The page has not been started yet.
    if (isGrpcServiceError(error) && (error.code as number) === statusCodes.notFound) return [];
    throw error;
  }
}

/** Ends of the calls among a page's events: of its activities those that neither open nor seal it. */
function callEnds(events: HistoryEvents): readonly number[] {
  const control = new Set(
    events.flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled == null || scheduled.activityType?.name?.startsWith('generate') ? [] : [String(eventId)],
    ),
  );
  return events.flatMap(({ eventTime, activityTaskCompletedEventAttributes: completed }) =>
    completed == null || control.has(String(completed.scheduledEventId))
      ? []
      : [optionalTsToMs(eventTime) ?? Number.NaN],
  );
}
