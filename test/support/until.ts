import { setTimeout as pause } from 'node:timers/promises';

/** Tries again and again until it works, and gives up with its last error. */
export async function untilDone<Result>(work: () => Promise<Result>, timeoutMs = 20_000): Promise<Result> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await pause(20);
  }
}
