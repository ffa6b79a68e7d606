import { setTimeout as pause } from 'node:timers/promises';

/** How much longer a fault may wait for somebody whom it strikes. */
const PATIENCE_MS = 45_000;

/**
 * Lets a fault go on for its time, and then until it has struck somebody: what nobody meets proves nothing.
 *
 * @param count - how often it has struck
 */
export async function untilStruck(lastsMs: number, count: () => number | Promise<number>): Promise<number> {
  await pause(lastsMs);
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const struck = await count();
    if (struck > 0 || performance.now() > until) return struck;
    await pause(100);
  }
}
