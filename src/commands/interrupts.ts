import { exitCodes } from './exit-codes.ts';

/**
 * Ctrl-C for the commands that have something to say or to end in order. The handler is put up when it is first asked
 * for; until then Ctrl-C just ends the process, which loses nothing.
 *
 * @returns the function that gives the signal
 */
export function createInterrupts(): () => AbortSignal {
  let controller: AbortController | undefined;
  function stop(): void {
    // The second time somebody means it. The programs of a local stack end by themselves when this process has gone.
    if (controller?.signal.aborted === true) process.exit(exitCodes.interrupted);
    controller?.abort();
  }
  return () => {
    if (controller === undefined) {
      controller = new AbortController();
      process.on('SIGINT', stop);
      process.on('SIGTERM', stop);
    }
    return controller.signal;
  };
}

/** Resolves with `undefined` when the signal is aborted: the loser of a race with what may take long. */
export function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
