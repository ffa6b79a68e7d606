import type { WorkflowExecutionInfo } from '@temporalio/client';

import { parseLabels } from '../../plan/labels.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import { runIdOfWorkflow } from '../../workflows/ids.ts';

const statesUnderWay = ['planning', 'running', 'paused', 'finishing'] as const;
const statesOver = [
  'completed',
  'completed_with_failures',
  'stopped',
  'expired',
  'failed',
  'terminated',
  'lost',
] as const;

/** States that a run can be listed with: its own, and those of runs that were ended from outside or lost. */
export const listedStates = [...statesUnderWay, ...statesOver, 'unknown'] as const;

export type ListedState = (typeof listedStates)[number];

/** A run in the list. */
export interface ListedRun {
  readonly runId: string;
  readonly job: string;
  /** The run that it is a retry of. */
  readonly parent: string | undefined;
  /** As last told to Temporal. */
  readonly labels: Readonly<Record<string, string>>;
  readonly models: readonly string[];
  /**
   * Of one that only the bucket knows and that has no marker: `lost`, as Temporal does not know it, or `unknown`, as
   * Temporal is away.
   */
  readonly state: string;
  readonly items: number | undefined;
  /** Decimal Pollen, as last told to Temporal. */
  readonly cost: string | undefined;
  /** Of one that only the bucket knows: when it was planned; absent where it was not. */
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly emulated: boolean;
  /** When its results were collected, ISO 8601; absent where they were not. */
  readonly collected?: string;
}

/** What a run looks like in Temporal. */
export type RunInTemporal = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'status' | 'searchAttributes' | 'memo' | 'startTime' | 'closeTime'
>;

const states: Readonly<Record<string, ListedState>> = {
  COMPLETED: 'completed',
  CANCELLED: 'stopped',
  TERMINATED: 'terminated',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  NOT_STARTED: 'lost',
};

/**
 * State of a run of which its workflow alone tells, as it has left no marker.
 *
 * @param status - as Temporal has it; `NOT_STARTED` where it knows no such workflow
 */
export function stateOfWorkflow(status: string): ListedState {
  return states[status] ?? 'running';
}

/** Whether a run in this state goes no further. */
export function isStateOver(state: string): boolean {
  return statesOver.some((one) => one === state);
}

/** A run as Temporal knows it. */
export function listedByTemporal(info: RunInTemporal): ListedRun {
  const { PollenState, PollenCost, PollenLabels, PollenModels } = info.searchAttributes ?? {};
  const state = PollenState?.[0];
  const cost = PollenCost?.[0];
  const { items, job, parent, emulated, labels, models } = info.memo ?? {};
  return {
    runId: runIdOfWorkflow(info.workflowId),
    job: typeof job === 'string' ? job : '',
    parent: typeof parent === 'string' ? parent : undefined,
    labels: parseLabels(texts(PollenLabels ?? labels)),
    models: texts(PollenModels ?? models),
    state:
      isOver(info.status.name) || state === undefined ? stateOfWorkflow(info.status.name) : String(state),
    items: typeof items === 'number' ? items : undefined,
    cost: typeof cost === 'number' ? decimal(cost) : undefined,
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString(),
    emulated: emulated === true,
  };
}

/** A run as the bucket knows it. */
export function listedByBucket(
  { runId, job, emulated }: RunLocation,
  plan: Plan | undefined,
  marker: Marker | undefined,
  otherwise: Extract<ListedState, 'lost' | 'unknown'>,
): ListedRun {
  return {
    runId,
    job,
    parent: plan?.parent?.runId,
    labels: plan?.labels ?? {},
    models: plan?.models ?? [],
    state: marker?.state ?? otherwise,
    items: plan?.items,
    cost: marker?.tally.settled,
    startedAt: plan?.createdAt,
    endedAt: marker?.endedAt,
    emulated,
    ...(marker?.collected === undefined ? {} : { collected: marker.collected.at }),
  };
}

/** Whether Temporal has told of a run that ended by itself only that it did: its namespace has no search attributes. */
export function isUntold({ status, searchAttributes }: RunInTemporal): boolean {
  return status.name === 'COMPLETED' && searchAttributes?.['PollenState'] === undefined;
}

function texts(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.map(String) : [];
}

// The search attribute is a double: to eight places, and never as 1e-8.
function decimal(cost: number): string {
  return cost.toFixed(8).replace(/\.?0+$/, '');
}

// A workflow that completed has told its last state; one that was ended from outside has not.
function isOver(status: string): boolean {
  return status !== 'COMPLETED' && stateOfWorkflow(status) !== 'running';
}
