import {
  ApplicationFailure,
  CancellationScope,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  condition,
  isCancellation,
  patched,
  startChild,
  workflowInfo,
  ActivityFailure,
} from '@temporalio/workflow';

import type { Notice } from '../notices/notice.ts';
import { parseAmount } from '../pollen/amount.ts';
import type { RunOutcome } from '../records/outcome.ts';
import type { KeptJobLocation } from '../records/kept-job.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { deliverNotice } from './deliver-notice.ts';
import { noticeWorkflowId } from './ids.ts';
import type { RunPauses } from './run-pauses.ts';
import { countsOf, isEnding, type RunStanding } from './run-standing.ts';

export interface RunNoticesOptions {
  readonly run: RunLocation;
  /** Its schedule's job. */
  readonly scheduled: KeptJobLocation | undefined;
  readonly standing: RunStanding;
  readonly pauses: Pick<RunPauses, 'list'>;
}

/** Has those told who want to know what becomes of a run; only where its job names any. */
export interface RunNotices {
  /** Takes in that the run is planned. */
  planned(): void;
  /** Takes in that it cannot be planned, and fails with that when it is told. */
  readonly unplanned: (error: unknown) => Promise<never>;
  /** Takes in that it may be paused, or have spent more. */
  look(): void;
  /** Takes in that it has ended. */
  ended(outcome: RunOutcome): void;
  /** Whether all that is to be told is out of the run's hands. */
  readonly areHandedOver: () => boolean;
}

/** What is spent of a budget when that is told: four fifths. */
const [SPENT, OF] = [4n, 5n];

/** Makes what a run tells others. A pause by hand, and a stop by hand, are told to nobody: whoever did it knows. */
export function createRunNotices({ run, scheduled, standing, pauses }: RunNoticesOptions): RunNotices {
  // Those that the run has carried over were told before it continued as new.
  const told = new Set(pauses.list().map(({ reason, since }) => `paused-${reason}-${since}`));
  let handing = 0;
  const now = (): string => new Date().toISOString();
  const isWanted = (event: Notice['event']): boolean => standing.plan?.notices?.includes(event) === true;

  function tell(notice: Notice): void {
    if (told.has(notice.key) || !patched('notices')) return;
    told.add(notice.key);
    void hand(notice);
  }
  async function hand(notice: Notice): Promise<void> {
    handing += 1;
    // One that is there already, as after the run has continued as new, was told.
    await CancellationScope.nonCancellable(() => startNotice(notice)).catch(() => {});
    handing -= 1;
  }
  function startNotice(notice: Notice): Promise<unknown> {
    return startChild<typeof deliverNotice>('deliverNotice', {
      workflowId: noticeWorkflowId(run.runId, notice.key),
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ run, ...(scheduled === undefined ? {} : { scheduled }), notice }],
      staticSummary: `tells that it is: ${notice.event}`,
    });
  }
  const areHandedOver = (): boolean => handing === 0;
  return {
    planned() {
      const missed = standing.plan?.missed;
      if (missed === undefined || !isWanted('missed')) return;
      tell({ event: 'missed', key: 'missed', at: now(), missed });
    },
    async unplanned(error) {
      if (isCancellation(error)) throw error;
      const cause = error instanceof ActivityFailure ? error.cause : error;
      const code = cause instanceof ApplicationFailure && cause.type != null ? cause.type : 'failed';
      // What makes the run again may fail in the same way.
      tell({ event: 'failed', key: `failed-${workflowInfo().runId}`, at: now(), state: 'failed', code });
      await condition(areHandedOver);
      throw error;
    },
    look() {
      if (standing.state !== 'running' || isEnding(standing)) return;
      const { tally } = countsOf(standing);
      for (const pause of isWanted('paused') ? pauses.list() : []) {
        if (pause.reason === 'operator') continue;
        tell({
          event: 'paused',
          key: `paused-${pause.reason}-${pause.since}`,
          at: pause.since,
          pause,
          tally,
        });
      }
      const budget = standing.budget?.view();
      if (budget === undefined || !isWanted('budget')) return;
      const [spent, amount] = [parseAmount(budget.spent), parseAmount(budget.amount)];
      if (spent === 0n || spent * OF < amount * SPENT) return;
      tell({ event: 'budget', key: `budget-${budget.amount}`, at: now(), budget, tally });
    },
    ended({ state, because, tally }) {
      const event = state === 'completed' ? 'completed' : 'failed';
      const isByHand = state === 'stopped' && (because === undefined || because === 'terminated');
      if (isByHand || !isWanted(event)) return;
      tell({ event, key: event, at: now(), state, ...(because === undefined ? {} : { because }), tally });
    },
    areHandedOver,
  };
}
