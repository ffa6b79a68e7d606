import type { Context } from '@temporalio/activity';

/**
 * Aborts a call only when nobody waits for its answer any more: the run was terminated, the attempt timed out, or the
 * worker's grace is over. Stop and pause let it finish, since it is paid for.
 */
export function callSignal(context: Context): AbortSignal {
  const controller = new AbortController();
  const { cancellationSignal } = context;
  const onCancel = (): void => {
    const details = context.cancellationDetails;
    const isWanted =
      details !== undefined && !details.notFound && !details.timedOut && !details.workerShutdown;
    if (!isWanted) controller.abort(cancellationSignal.reason);
  };
  if (cancellationSignal.aborted) onCancel();
  else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  return controller.signal;
}
