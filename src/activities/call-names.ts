import type { Context } from '@temporalio/activity';

import { partName } from '../storage/keys.ts';
import type { CallReference } from '../workflows/inputs.ts';
import type { ResolvedCall } from './item-record.ts';

/** Calls that are stopped together: a page that goes on after a pause must find its calls let go again. */
export function groupOf(context: Context, { round = 0 }: Pick<CallReference, 'round'>): string {
  return `${executionOf(context)}/${round}`;
}

/** The execution of the page that has the call made. */
export function executionOf({ info }: Context): string {
  return info.workflowExecution?.runId ?? '';
}

/** All calls of an item are one item to its lane: it may be the cause of all their faults. */
export function itemIn({ plan, call }: ResolvedCall): string {
  return `${plan.runId}/${call.number}`;
}

/** Names an attempt to the API, which echoes and logs at most 255 letters, digits, hyphens, underscores and equals signs. */
export function requestIdOf({ plan, call, part }: ResolvedCall, attempt: number): string {
  const name = part === undefined ? '' : `-${partName(part)}`;
  return `${plan.runId}-${call.number}${name}-${attempt}`.replaceAll('.', '_');
}
