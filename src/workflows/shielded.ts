import { CancellationScope } from '@temporalio/workflow';

/**
 * Shields what a handler begins from a stop. It runs in the workflow's own scope, which a stop cancels; what it begins waits and
 * writes records as the rest does.
 */
export function shielded<Args extends unknown[]>(handler: (...args: Args) => void): (...args: Args) => void {
  return (...args) => void CancellationScope.nonCancellable(async () => handler(...args));
}
