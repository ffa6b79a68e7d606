import { CancellationScope, condition } from '@temporalio/workflow';

/**
 * Waits for a condition that becomes true when its page is stopped. What a signal begins runs in the workflow's own scope, which
 * a stop cancels: a plain wait would be rejected there with nobody to hear of it, and the page would stand still for ever.
 */
export function shieldedCondition(isMet: () => boolean): Promise<void> {
  return CancellationScope.nonCancellable(() => condition(isMet));
}
