import { patched } from '@temporalio/workflow';

import type { Ended } from '../records/counts.ts';
import { createFailFastWatch } from './fail-fast.ts';
import type { CarriedRun, PlanSummary } from './inputs.ts';
import { canaryLeft, judgeCanary } from './judge-canary.ts';
import type { RunPauses } from './run-pauses.ts';
import type { RunGates } from './run-gates.ts';
import { isEnding, type RunStanding } from './run-standing.ts';

export interface GatesParts {
  readonly standing: RunStanding;
  readonly pauses: Pick<RunPauses, 'pause'>;
  /** Has it make no more calls. */
  readonly stop: () => void;
}

/**
 * Makes the gates of a planned run.
 *
 * @param carried - what it carries over where it has continued as new
 */
export function openGates(
  { standing, pauses, stop }: GatesParts,
  plan: PlanSummary,
  carried: CarriedRun | undefined,
): RunGates {
  const { canary: rule, failFast } = plan;
  // A run that a version without gates has begun goes on without.
  const isHeld = rule !== undefined && plan.approved !== true && patched('canary');
  const canary = new Set(isHeld ? canaryLeft(plan, carried?.next ?? {}) : []);
  const watch = failFast === undefined ? undefined : createFailFastWatch(failFast, carried?.endedLast);

  // All that has ended until then is the canary.
  function judge(): void {
    if (rule === undefined || isEnding(standing) || standing.lanes?.left() === 0) return;
    const { isPassed, found } = judgeCanary(standing.done.tally, rule);
    if (!isPassed) pauses.pause({ reason: 'approval', detail: found });
  }
  function count(page: number, ended: Ended | undefined): void {
    if (ended === undefined || watch?.note(page, ended) !== true || isEnding(standing)) return;
    standing.because = 'fail-fast';
    stop();
  }
  return {
    mayStart: (page) => canary.size === 0 || page.canary === true,
    open: (page) => watch?.open(page),
    note: ({ page, ended }) => count(page, ended),
    close(page, sealed) {
      count(page, sealed?.ended);
      if (canary.delete(page) && canary.size === 0) judge();
    },
    state: () => (watch === undefined ? {} : { endedLast: watch.state() }),
  };
}
