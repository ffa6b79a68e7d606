import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.ts';

export interface Readiness {
  readonly child: Child;
  /** Milliseconds until it must be ready. */
  readonly timeoutMs: number;
  /** Resolves when the program can be used; a rejection means: not yet. */
  check(): Promise<void>;
}

const betweenChecksMs = 50;

/** A program has ended before it was ready. */
export class EndedEarlyError extends Error {}

/**
 * Waits until a program can be used; one that cannot be is ended.
 *
 * @throws EndedEarlyError when it ends first, Error when it is not ready in time; the cause is what the last check said.
 */
export async function untilReady(readiness: Readiness): Promise<void> {
  try {
    await checkUntilReady(readiness);
  } catch (error) {
    await readiness.child.stop({ fast: true });
    throw error;
  }
}

async function checkUntilReady(readiness: Readiness): Promise<void> {
  const { child, timeoutMs } = readiness;
  const deadline = performance.now() + timeoutMs;
  let ended = false;
  void child.exited.finally(() => {
    ended = true;
  });
  for (;;) {
    try {
      await readiness.check();
      return;
    } catch (error) {
      if (ended) throw new EndedEarlyError(`${child.name} ended before it was ready`, { cause: error });
      if (performance.now() > deadline) {
        throw new Error(`${child.name} was not ready within ${timeoutMs} ms`, { cause: error });
      }
    }
    await Promise.race([pause(betweenChecksMs), child.exited]);
  }
}
