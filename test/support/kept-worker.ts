import type { Child } from '../../src/local/child.ts';
import type { ProcessStack, WorkerOptions } from './process-stack.ts';

/** A worker that is started again whenever it dies, as a supervisor does. */
export interface KeptWorker {
  /**
   * Ends it for good.
   *
   * @returns how often it has died before
   */
  stop(): Promise<number>;
}

/** Keeps a worker. */
export function keepWorker(stack: ProcessStack, options: WorkerOptions): KeptWorker {
  const over = new AbortController();
  let current: Child | undefined;
  let deaths = 0;
  const kept = keep();

  async function keep(): Promise<void> {
    while (!over.signal.aborted) {
      try {
        current = await stack.startWorker(options);
        await current.exited;
      } catch {
        // It has died before it was ready.
      }
      if (!over.signal.aborted) deaths += 1;
    }
  }

  return {
    async stop() {
      over.abort();
      await current?.stop();
      await kept;
      return deaths;
    },
  };
}
