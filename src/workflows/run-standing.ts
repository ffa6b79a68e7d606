import { workflowInfo } from '@temporalio/workflow';

import { addCounts, noCounts, type Counts, type SummedCounts } from '../records/counts.ts';
import type { StopCause } from '../records/outcome.ts';
import type { CarriedRun, PlanSummary } from './inputs.ts';
import type { Lanes } from './lanes.ts';
import type { RunState } from './messages.ts';
import type { RunBudget } from './run-budget.ts';
import type { RunDeadline } from './run-deadline.ts';
import type { RunGates } from './run-gates.ts';

/** Events after which a run continues as new, well below the 2,000 that keep a history readable and quick. */
const MAX_EVENTS = 1_400;

/** How a run stands: what the parts of its workflow share. */
export interface RunStanding {
  state: RunState;
  /** Whether it makes no more calls, because somebody or something has stopped it. */
  isStopping: boolean;
  /** Whether that was its deadline. */
  isExpired: boolean;
  /** What that was, where nobody did. */
  because: StopCause | undefined;
  failure: unknown;
  /** Absent before it is planned, as is what hangs on it. */
  plan: PlanSummary | undefined;
  lanes: Lanes | undefined;
  budget: RunBudget | undefined;
  gates: RunGates | undefined;
  /** Set before it is planned, as that is when people may change it. */
  deadline: RunDeadline | undefined;
  /** What the pages that have ended count for. */
  done: Counts;
}

/** How a run stands when its workflow begins. */
export function beginStanding(carried: CarriedRun | undefined, isStopping: boolean): RunStanding {
  return {
    state: 'planning',
    isStopping,
    isExpired: false,
    because: undefined,
    failure: undefined,
    plan: carried?.plan,
    lanes: undefined,
    budget: undefined,
    gates: undefined,
    deadline: undefined,
    done: carried ?? noCounts,
  };
}

/** Whether it makes no more calls. */
export function isEnding({ isStopping, failure }: RunStanding): boolean {
  return isStopping || failure !== undefined;
}

/** Whether what somebody does to it still changes what becomes of it. */
export function isOpen({ state }: RunStanding): boolean {
  return state === 'planning' || state === 'running';
}

/** Whether its history is so long that it is to continue as new. */
export function isLong(): boolean {
  return workflowInfo().historyLength >= MAX_EVENTS;
}

/** What all its pages count for. */
export function countsOf({ lanes, done }: RunStanding): SummedCounts {
  return (lanes?.counts() ?? []).reduce<SummedCounts>(addCounts, addCounts(noCounts, done));
}
