import { defineSearchAttributeKey } from '@temporalio/common';
import { patched, upsertSearchAttributes } from '@temporalio/workflow';

import { settledItems, type Tally } from '../records/tally.ts';
import type { PlanSummary } from './inputs.ts';
import type { RunState } from './messages.ts';

const jobKey = defineSearchAttributeKey('PollenJob', 'KEYWORD');
const stateKey = defineSearchAttributeKey('PollenState', 'KEYWORD');
const labelsKey = defineSearchAttributeKey('PollenLabels', 'KEYWORD_LIST');
const modelsKey = defineSearchAttributeKey('PollenModels', 'KEYWORD_LIST');
const costKey = defineSearchAttributeKey('PollenCost', 'DOUBLE');

/** Every update is an event: one for each twentieth of the items, and none sooner than this after the one before. */
const STEPS = 20;
const PAUSE_MS = 10_000;

/** Keeps a run findable by job, state, labels, models and cost. */
export interface Sign {
  /** Shows a new state. */
  enter(state: RunState, cost: string): void;
  /** Shows the cost so far, if that is worth an event. */
  progress(tally: Tally): void;
}

/** A namespace without the attributes is left alone, since one unknown attribute would block the workflow. */
export function createSign(plan: PlanSummary, job: string): Sign {
  if (!plan.searchAttributes) return { enter: () => {}, progress: () => {} };
  let shown = '0';
  const isDue = createDue(plan.items, Date.now());
  return {
    enter(state, cost) {
      shown = cost;
      upsertSearchAttributes([
        { key: jobKey, value: job },
        { key: stateKey, value: state },
        ...(plan.labels === undefined ? [] : [{ key: labelsKey, value: [...plan.labels] }]),
        { key: modelsKey, value: [...plan.models] },
        { key: costKey, value: asDouble(cost) },
      ]);
    },
    progress(tally) {
      if (!isDue(settledItems(tally), Date.now()) || tally.settled === shown) return;
      // Runs that were started by an earlier version go on without.
      if (!patched('cost-as-it-goes')) return;
      shown = tally.settled;
      upsertSearchAttributes([{ key: costKey, value: asDouble(tally.settled) }]);
    },
  };
}

/**
 * Decides when progress is worth an event.
 *
 * @param startedAt - milliseconds since the epoch
 * @returns takes the items done by a time in milliseconds, and says whether it is time
 */
export function createDue(items: number, startedAt: number): (done: number, at: number) => boolean {
  let lastStep = 0;
  let lastAt = startedAt;
  return (done, at) => {
    const step = Math.floor((STEPS * done) / Math.max(1, items));
    if (step <= lastStep || at - lastAt < PAUSE_MS) return false;
    lastStep = step;
    lastAt = at;
    return true;
  };
}

// For sorting and filtering only: the bill keeps the exact figure.
function asDouble(cost: string): number {
  return Number(cost);
}
