import { defineSearchAttributeKey } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';

import type { PlanSummary, RunState } from './messages.ts';

const jobKey = defineSearchAttributeKey('PollenJob', 'KEYWORD');
const stateKey = defineSearchAttributeKey('PollenState', 'KEYWORD');
const modelsKey = defineSearchAttributeKey('PollenModels', 'KEYWORD_LIST');
const costKey = defineSearchAttributeKey('PollenCost', 'DOUBLE');

/**
 * Makes a run findable by job, state, models and cost. A namespace without the attributes is left alone, since one
 * unknown attribute would block the workflow.
 */
export function showState(plan: PlanSummary, job: string, state: RunState, cost = '0'): void {
  if (!plan.searchAttributes) return;
  upsertSearchAttributes([
    { key: jobKey, value: job },
    { key: stateKey, value: state },
    { key: modelsKey, value: [...plan.models] },
    // For sorting and filtering only: the bill keeps the exact figure.
    { key: costKey, value: Number(cost) },
  ]);
}
