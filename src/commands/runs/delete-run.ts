import { setTimeout as pause } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import { mapAhead } from '../../at-once.ts';
import { PollenBatchError } from '../../errors.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { ErasableStore } from '../../storage/erasable-store.ts';
import { StoreError } from '../../storage/store-error.ts';
import { quoted } from '../../temporal/visibility.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { noticeWorkflowId, runWorkflowId } from '../../workflows/ids.ts';
import { findDependents } from './find-dependents.ts';
import type { Reading } from '../session/reading.ts';
import { describeRun } from './runs-in-temporal.ts';

/** A run that may be deleted, and all that goes with it. */
export interface Deletable {
  readonly run: RunLocation;
  /** Absent where it was lost before its end. */
  readonly marker: Marker | undefined;
  readonly keys: readonly string[];
  readonly bytes: number;
  /** Notices that are still to be delivered, and would not be. */
  readonly notices: number;
}

/** How long a run that has its marker is given until its workflow has ended and its notices are delivered. */
export interface Patience {
  /** Further looks at Temporal. */
  readonly looks: number;
  /** Milliseconds before each of them. */
  readonly everyMs: number;
  /** Called before the first of them. */
  readonly onWait?: () => void;
}

/** Objects removed at once. */
const REMOVALS = 32;
/** Fifteen seconds. */
export const deletePatience = { looks: 30, everyMs: 500 } satisfies Patience;

/**
 * Looks whether a run may be deleted: it is over, and no other run needs it. Its marker is there a moment before its
 * workflow has ended and its notices are delivered, which is waited for.
 *
 * @throws PollenBatchError `usage` where it goes on, its workflow does not end, or others need it
 */
export async function findDeletable(
  store: ObjectStore,
  { client }: Pick<TemporalClient, 'client'>,
  run: RunLocation,
  patience: Patience = deletePatience,
): Promise<Deletable> {
  const { runId } = run;
  const [marker, first] = await Promise.all([readMarker(store, run), lookAt(client, runId)]);
  if (first.isOpen && marker === undefined) {
    throw new PollenBatchError('usage', `run ${runId} goes on, so it cannot be deleted`, {
      remedy: `Stop it with \`pollen-batch stop ${runId}\`, and wait for its end with \`pollen-batch wait ${runId}\`.`,
    });
  }
  const { isOpen, notices } = await untilClosed(client, runId, first, patience);
  if (isOpen) {
    throw new PollenBatchError('usage', `run ${runId} is over, but its workflow has not ended yet`, {
      remedy:
        'What it has left to do, such as handing over its notices, takes a worker: look whether one runs (`pollen-batch lanes`), and give the command again.',
    });
  }
  const others = await findDependents(store, run);
  if (others.length > 0) {
    throw new PollenBatchError('usage', `run ${runId} is needed by other runs`, {
      details: others,
      remedy: 'They have results of it by reference, or are still to take some over. Delete them first.',
    });
  }
  const keys: string[] = [];
  let bytes = 0;
  for await (const object of store.list(runKeys(run).root)) {
    keys.push(object.key);
    bytes += object.bytes;
  }
  return { run, marker, keys, bytes, notices };
}

interface Open {
  readonly isOpen: boolean;
  readonly notices: number;
}

async function lookAt(client: Client, runId: string): Promise<Open> {
  // Its notices go on without it.
  const notices = `WorkflowId STARTS_WITH ${quoted(noticeWorkflowId(runId, ''))} AND ExecutionStatus = 'Running'`;
  const [known, { count }] = await Promise.all([describeRun(client, runId), client.workflow.count(notices)]);
  return { isOpen: known?.status.name === 'RUNNING', notices: count };
}

async function untilClosed(
  client: Client,
  runId: string,
  first: Open,
  { looks, everyMs, onWait }: Patience,
): Promise<Open> {
  let now = first;
  // The list of its notices lags behind: it is believed a look after the end of the run.
  let wasOpen = first.isOpen;
  for (let look = 0; look < looks && (wasOpen || now.isOpen || now.notices > 0); look += 1) {
    if (look === 0) onWait?.();
    await pause(everyMs);
    wasOpen = now.isOpen;
    now = await lookAt(client, runId);
  }
  return now;
}

/**
 * Deletes a run: first what Temporal has of it, then its objects; the marker and what claims the run go last, so that the
 * same command finishes what was interrupted.
 *
 * @returns executions of workflows that were deleted
 * @throws PollenBatchError `store-unusable` where the credentials may not delete
 */
export async function deleteRun(
  store: ErasableStore,
  temporal: Pick<TemporalClient, 'client' | 'namespace'>,
  { run, keys }: Pick<Deletable, 'run' | 'keys'>,
  onProgress: (removed: number) => void = () => {},
): Promise<number> {
  const executions = await deleteExecutions(temporal, run.runId);
  const { job, success, failed } = runKeys(run);
  const last = [success, failed, job];
  const first = keys.filter((key) => !last.includes(key));
  try {
    let removed = 0;
    const removals = mapAhead(first, REMOVALS, (key) => store.remove(key));
    for await (const _ of removals) onProgress((removed += 1));
    for (const key of last) await store.remove(key);
  } catch (error) {
    throw forbiddenToDelete(store, error);
  }
  return executions;
}

/** Says which right is missing where a deletion was refused; gives every other error back as it is. */
export function forbiddenToDelete({ bucket }: Pick<ObjectStore, 'bucket'>, error: unknown): unknown {
  if (!(error instanceof StoreError) || error.code !== 'store-forbidden') return error;
  return new PollenBatchError('store-unusable', `the credentials may not delete in bucket ${bucket}`, {
    remedy:
      'Grant them s3:DeleteObject, or give an identity that has it as S3_DELETE_ACCESS_KEY_ID and S3_DELETE_SECRET_ACCESS_KEY; then give the command again: it goes on where it was.',
    cause: error,
  });
}

async function deleteExecutions(
  { client, namespace }: Pick<TemporalClient, 'client' | 'namespace'>,
  runId: string,
): Promise<number> {
  const executions = await executionsOf(client, runId);
  for (const workflowExecution of executions)
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
  return executions.length;
}

// The run's own, those of its pages, and what else belongs to it; each may have several.
async function executionsOf(client: Client, runId: string) {
  const id = runWorkflowId(runId);
  const query = `WorkflowId = ${quoted(id)} OR WorkflowId STARTS_WITH ${quoted(`${id}/`)}`;
  const found: { readonly workflowId: string; readonly runId: string }[] = [];
  for await (const { workflowId, runId: execution } of client.workflow.list({ query }))
    found.push({ workflowId, runId: execution });
  return found;
}

/** Temporal, which has to be there: it alone says that a run does not go on. */
export async function connected({ temporal }: Pick<Reading, 'temporal'>): Promise<TemporalClient> {
  const client = await temporal();
  if (client instanceof PollenBatchError) throw client;
  return client;
}
