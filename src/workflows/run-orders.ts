import { CancellationScope, condition, setHandler } from '@temporalio/workflow';

import type { BudgetView } from '../pollen/ledger.ts';
import type { RunAct } from '../records/changes.ts';
import { heardAct } from './heard-requests.ts';
import {
  approveUpdate,
  setBudgetUpdate,
  setRunUpdate,
  stopSignal,
  terminateSignal,
  type ActRequest,
  type BudgetRequest,
  type SetRequest,
  type SetView,
} from './messages.ts';
import { noBudgetFailure } from './run-budget.ts';
import { actsOf, applyActs, checkSetRequest, viewOf } from './run-changes.ts';
import { refusal, tooLateFailure } from './refusals.ts';
import type { RunPauses } from './run-pauses.ts';
import { isEnding, isOpen, type RunStanding } from './run-standing.ts';
import type { RunStory } from './run-story.ts';

export interface OrderedParts {
  readonly runId: string;
  readonly standing: RunStanding;
  readonly story: RunStory;
  readonly pauses: Pick<RunPauses, 'has' | 'resume'>;
  /** Has the run make no more calls. */
  readonly stop: () => void;
}

/** Takes from now on what people order of a run, besides its pauses. */
export function listenToOrders(parts: OrderedParts): void {
  const { runId, standing, story, pauses } = parts;

  function stop(told?: ActRequest): void {
    const { reason } = heardAct(told);
    if (isOpen(standing) && !isEnding(standing)) story.note({ kind: 'stop' }, reason);
    parts.stop();
  }
  function terminate(told?: ActRequest): void {
    if (!isOpen(standing) || standing.because === 'terminated') return;
    story.note({ kind: 'terminate' }, heardAct(told).reason);
    standing.because = 'terminated';
    parts.stop();
    standing.lanes?.giveUp();
  }
  const approve = async (told?: ActRequest): Promise<void> => {
    await story.keep(
      () => [{ kind: 'approve' }],
      heardAct(told).reason,
      () => pauses.resume({ reason: 'approval' }),
    );
  };
  // What is done later would be kept beside a run that has ended, and change nothing of it.
  function refuseLate(): void {
    if (!isOpen(standing) || isEnding(standing)) throw tooLateFailure(runId);
  }

  setHandler(stopSignal, stop);
  setHandler(terminateSignal, terminate);
  // The Temporal UI's Cancel means the same as a stop.
  void CancellationScope.current().cancelRequested.catch(() => stop());
  setHandler(approveUpdate, approve, {
    validator(_told?: ActRequest) {
      refuseLate();
      if (!pauses.has('approval')) throw refusal('not-waiting', `run ${runId} waits for no approval`);
    },
  });
  const set = async (request: SetRequest): Promise<SetView> => {
    await condition(() => standing.state !== 'planning');
    let acts: readonly RunAct[] = [];
    await story.keep(
      () => (acts = actsOf(runId, standing, request)),
      heardAct(request).reason,
      () => applyActs(standing, acts),
    );
    return viewOf(standing, acts);
  };
  const checkSet = (told?: SetRequest): void => {
    checkSetRequest(told ?? {});
    refuseLate();
  };
  setHandler(setRunUpdate, set, { validator: checkSet });
  const setBudget = async ({ amount, ...request }: BudgetRequest): Promise<BudgetView> => {
    const { budget } = await set({ ...request, budget: amount });
    if (budget === undefined) throw noBudgetFailure(runId);
    return budget;
  };
  setHandler(setBudgetUpdate, setBudget, {
    validator: (told?: BudgetRequest) => checkSet(told && { budget: told.amount }),
  });
}
