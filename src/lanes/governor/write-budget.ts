/**
 * Changes of queue settings a second that a namespace takes from all workers together, by the server's default of ten,
 * with some left for people. What goes beyond is not refused but waits for seconds, and cuts would wait with it.
 */
const PER_SECOND = 8;

/** Keeps the changes that all lanes of a worker make within what the server takes. */
export interface WriteBudget {
  /**
   * Asks whether a change may be made now.
   *
   * @param isUrgent - it is made anyway, and the others wait the longer
   * @param workers - that share the namespace
   * @param now - seconds of any steady clock
   */
  allows(isUrgent: boolean, workers: number, now: number): boolean;
}

/** Makes a full budget. */
export function createWriteBudget(): WriteBudget {
  let left = PER_SECOND;
  let at: number | undefined;
  return {
    allows(isUrgent, workers, now) {
      const share = PER_SECOND / workers;
      left = Math.min(Math.max(1, share), left + (now - (at ?? now)) * share);
      at = now;
      if (left < 1 && !isUrgent) return false;
      // A debt of more than a second would only hold growth up.
      left = Math.max(-share, left - 1);
      return true;
    },
  };
}
