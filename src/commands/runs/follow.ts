import { setTimeout as pause } from 'node:timers/promises';

import type { Client, WorkflowHandle } from '@temporalio/client';

import { budgetUnderWay, type BudgetSums } from '../../pollen/budget-sums.ts';
import { addCounts, noCounts, type SummedCounts } from '../../records/counts.ts';
import { addTallies } from '../../records/tally.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import { statusOf } from '../../temporal/failure.ts';
import { unlessAbsent } from '../../temporal/unless-absent.ts';
import { pageWorkflowId, runWorkflowId } from '../../workflows/ids.ts';
import {
  pageProgressQuery,
  runViewQuery,
  type PageProgress,
  type RunView,
} from '../../workflows/messages.ts';
import { findWaits, type Wait } from './find-waits.ts';
import { describeRun } from './runs-in-temporal.ts';
import type { Session } from '../session/session.ts';

/** A run that goes on, and tells how far it is. */
export interface Running {
  readonly kind: 'running';
  readonly view: RunView;
  readonly inFlight: number;
  readonly waits: readonly Wait[];
  /** Absent where it has none. */
  readonly budget?: BudgetSums;
}

/** A look at a run from outside. */
export type Sight =
  | Running
  /** The run is there, and cannot tell how far it is: no worker answers, or Temporal is away. */
  | { readonly kind: 'silent'; readonly reason: string }
  | { readonly kind: 'ended'; readonly marker: Marker }
  /** The workflow is over, and has left no marker: it was terminated, or failed for the reason given. */
  | { readonly kind: 'broken'; readonly status: string; readonly reason?: string };

const ANSWER_MS = 3_000;

/** Looks at a run once. The marker in the bucket is the truth about its end. */
export async function lookAt(
  session: Pick<Session, 'temporal'> & { readonly store: ObjectStore },
  run: RunLocation,
): Promise<Sight> {
  const { client } = session.temporal;
  const handle = client.workflow.getHandle(runWorkflowId(run.runId));
  let answers = false;
  try {
    const described = await within(client, () => describeRun(client, run.runId));
    answers = true;
    const status = described?.status.name ?? 'NOT_STARTED';
    if (status !== 'RUNNING' && status !== 'CONTINUED_AS_NEW') {
      const marker = await readMarker(session.store, run);
      if (marker !== undefined) return { kind: 'ended', marker };
      const reason = status === 'FAILED' ? await failureOf(handle) : undefined;
      return { kind: 'broken', status, ...(reason === undefined ? {} : { reason }) };
    }
    return await within(client, async () => {
      const view = await handle.query(runViewQuery);
      const pages = await lookAtPages(client, run.runId, view.pages.running).catch(() => undefined);
      return {
        kind: 'running',
        view: pages === undefined ? view : { ...view, ...countsNow(view, pages) },
        inFlight: pages?.reduce((sum, page) => sum + page.inFlight, 0) ?? 0,
        waits: await findWaits(client, run.runId, view.pages.running),
        // By what the run has been told at the same time: its pages may have gone on since.
        ...(view.budget === undefined ? {} : { budget: budgetUnderWay(view.budget, view.tally.unknown) }),
      };
    });
  } catch (error) {
    const marker = await readMarker(session.store, run).catch(() => undefined);
    if (marker !== undefined) return { kind: 'ended', marker };
    return { kind: 'silent', reason: reasonOf(error, answers) };
  }
}

/**
 * Looks at a run again and again until it is over. An outage of Temporal, the store or all workers is a sight as well:
 * the run goes on when they are back.
 *
 * @param everyMs - pause between two looks
 */
export async function* follow(
  session: Pick<Session, 'temporal'> & { readonly store: ObjectStore },
  run: RunLocation,
  everyMs: number,
  signal: AbortSignal,
): AsyncGenerator<Sight> {
  while (!signal.aborted) {
    const sight = await lookAt(session, run);
    yield sight;
    if (sight.kind === 'ended' || sight.kind === 'broken') return;
    await pause(everyMs, undefined, { signal }).catch(() => {});
  }
}

// One that the run has begun may not be there yet, and has done nothing.
async function lookAtPages(
  client: Client,
  runId: string,
  pages: readonly number[],
): Promise<readonly PageProgress[]> {
  const progress = await Promise.all(
    pages.map((page) =>
      unlessAbsent(() => client.workflow.getHandle(pageWorkflowId(runId, page)).query(pageProgressQuery)),
    ),
  );
  return progress.filter((one) => one !== undefined);
}

// The run hears of its pages now and then; they know more.
function countsNow(view: RunView, pages: readonly PageProgress[]): Partial<RunView> {
  const { done, sealed } = view;
  if (sealed === undefined) return { tally: pages.map(({ tally }) => tally).reduce(addTallies, done) };
  return pages.reduce<SummedCounts>(addCounts, addCounts(noCounts, sealed));
}

// What is innermost says why: around it are the activity and the workflow that it took along.
async function failureOf(handle: WorkflowHandle): Promise<string | undefined> {
  const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
  let inner = error instanceof Error ? error : undefined;
  while (inner?.cause instanceof Error) inner = inner.cause;
  return inner?.message;
}

// The client would try again for longer than somebody who watches is patient.
function within<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  return client.connection.withDeadline(Date.now() + ANSWER_MS, work);
}

function reasonOf(error: unknown, answers: boolean): string {
  const code = grpcCode(error);
  // gRPC codes of the deadline, of a query that no worker took, and of a server that is away.
  if (code === 14 || (code === 4 && !answers)) return 'Temporal does not answer';
  if (code === 4 || code === 9) return 'no worker answers; start one with `pollen-batch worker`';
  return statusOf(error).reason;
}

// The client wraps what the server or the network said.
function grpcCode(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error ? error.code : grpcCode(error.cause);
}
