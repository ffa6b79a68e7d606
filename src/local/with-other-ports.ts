import { EndedEarlyError } from './ready.ts';

const STARTS = 3;

/**
 * Starts a program, and again with other ports where it ends before it is ready: since they were found free, as by
 * another stack that starts at the same time, one may have been taken.
 *
 * @param start - is given the ports of starts that have failed, and adds its own
 * @throws what the third start throws
 */
export async function withOtherPorts<Started>(
  start: (tried: Set<number>) => Promise<Started>,
): Promise<Started> {
  const tried = new Set<number>();
  for (let left = STARTS - 1; ; left -= 1) {
    try {
      return await start(tried);
    } catch (error) {
      if (left === 0 || !(error instanceof EndedEarlyError)) throw error;
    }
  }
}
