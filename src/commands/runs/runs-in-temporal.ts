import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

import { unlessAbsent } from '../../temporal/unless-absent.ts';
import { quoted } from '../../temporal/visibility.ts';
import { runIdOfWorkflow, runWorkflowId } from '../../workflows/ids.ts';

/** Runs that are read at once where all are. */
export const PAGE_SIZE = 1_000;

/** The part of a visibility query that finds runs, and nothing that belongs to them. */
export const allRunsQuery = "WorkflowType = 'runJob'";

/** Ids of the runs in Temporal that begin with a text, those that go on first, then what ended last. */
export async function idsBeginning(client: Client, text: string): Promise<readonly string[]> {
  // The planned time of a scheduled run stands there with hyphens and colons.
  const known = text.replace(/-(\d{4})\d+(T\d*Z?)?$/, '-$1');
  const query = `${allRunsQuery} AND WorkflowId STARTS_WITH ${quoted(`job/${known}`)}`;
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize: PAGE_SIZE })) {
    const id = runIdOfWorkflow(workflowId);
    if (id.startsWith(text)) ids.add(id);
  }
  return [...ids];
}

/** Id of the run in Temporal that started last; `undefined` where there is none. */
export async function latestId(client: Client): Promise<string | undefined> {
  const first = await startedLast(client, allRunsQuery, 1);
  if (first === undefined) return undefined;
  // The server puts those first that go on, and then goes by the end: a short one may have started later.
  const later = `${allRunsQuery} AND StartTime > ${quoted(first.startTime.toISOString())}`;
  const { workflowId } = (await startedLast(client, later)) ?? first;
  return runIdOfWorkflow(workflowId);
}

async function startedLast(client: Client, query: string, most = Infinity) {
  let last: { readonly workflowId: string; readonly startTime: Date } | undefined;
  let count = 0;
  for await (const info of client.workflow.list({ query, pageSize: Math.min(most, PAGE_SIZE) })) {
    if (last === undefined || info.startTime > last.startTime) last = info;
    if ((count += 1) >= most) break;
  }
  return last;
}

/** What Temporal knows of a run; `undefined` where it knows none of that id. */
export function describeRun(
  client: Client,
  runId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  return unlessAbsent(() => client.workflow.getHandle(runWorkflowId(runId)).describe());
}
