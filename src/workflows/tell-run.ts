import {
  CancellationScope,
  getExternalWorkflowHandle,
  workflowInfo,
  type SignalDefinition,
} from '@temporalio/workflow';

/** Sends the run of this page a signal; a page without a run sends none. */
export function signalRun<Args extends unknown[]>(
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<void> {
  const { parent } = workflowInfo();
  return parent === undefined
    ? Promise.resolve()
    : getExternalWorkflowHandle(parent.workflowId).signal(signal, ...args);
}

/** Tells the run of this page something. A run that is gone must not take the page's paid calls with it. */
export function tellRun<Args extends unknown[]>(signal: SignalDefinition<Args>, ...args: Args): void {
  void CancellationScope.nonCancellable(() => signalRun(signal, ...args)).catch(() => {});
}
