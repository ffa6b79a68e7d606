import { runIdOfWorkflow } from '../workflows/ids.ts';
import { parseLabels } from '../plan/labels.ts';
import type { Session } from './session.ts';

/** A run in the list. */
export interface ListedRun {
  readonly runId: string;
  readonly job: string;
  /** The run that it is a retry of. */
  readonly parent: string | undefined;
  /** As last told to Temporal. */
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly items: number | undefined;
  /** Decimal Pollen, as last told to Temporal. */
  readonly cost: string | undefined;
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly emulated: boolean;
}

const stateOf: Readonly<Record<string, string>> = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  CANCELLED: 'stopped',
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
};

/**
 * Lists runs, the youngest first.
 *
 * @param limit - runs at most
 */
export function list(session: Session, limit: number): Promise<readonly ListedRun[]> {
  return listRuns(session, "WorkflowType = 'runJob'", limit);
}

/**
 * Lists the runs that a visibility query of Temporal finds, the youngest first.
 *
 * @param limit - runs at most
 */
export async function listRuns(
  session: Session,
  query: string,
  limit: number,
): Promise<readonly ListedRun[]> {
  const runs: ListedRun[] = [];
  for await (const info of session.temporal.client.workflow.list({ query })) {
    if (info.status.name === 'CONTINUED_AS_NEW') continue;
    const state = info.searchAttributes?.['PollenState']?.[0];
    const cost = info.searchAttributes?.['PollenCost']?.[0];
    const { items, job, parent, emulated } = info.memo ?? {};
    runs.push({
      runId: runIdOfWorkflow(info.workflowId),
      job: typeof job === 'string' ? job : '',
      parent: typeof parent === 'string' ? parent : undefined,
      labels: parseLabels((info.searchAttributes?.['PollenLabels'] ?? []).map(String)),
      state:
        isOver(info.status.name) || state === undefined
          ? (stateOf[info.status.name] ?? 'running')
          : String(state),
      items: typeof items === 'number' ? items : undefined,
      cost: typeof cost === 'number' ? decimal(cost) : undefined,
      startedAt: info.startTime.toISOString(),
      endedAt: info.closeTime?.toISOString(),
      emulated: emulated === true,
    });
    if (runs.length >= limit) break;
  }
  return runs;
}

// The search attribute is a double: to eight places, and never as 1e-8.
function decimal(cost: number): string {
  return cost.toFixed(8).replace(/\.?0+$/, '');
}

// A workflow that completed has told its last state; one that was ended from outside has not.
function isOver(status: string): boolean {
  return status === 'TERMINATED' || status === 'FAILED' || status === 'TIMED_OUT';
}
