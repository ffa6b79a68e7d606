/** Lets so many through at once as there may be now. */
export interface Gate {
  /**
   * Waits for a place, in the order of arrival.
   *
   * @param group - what may be turned away together
   * @returns `false` when the caller was turned away and has no place
   * @throws the signal's reason when it comes first
   */
  enter(signal: AbortSignal, group?: string): Promise<boolean>;
  /** Gives a place back. */
  leave(): void;
  /** Looks again whether those that wait may go on. */
  refresh(): void;
  /**
   * Sends those that wait away, without a place.
   *
   * @param keep - how many may wait on, the first of them
   */
  turnAway(keep: number): void;
  /** The same for all of a group. */
  turnAwayGroup(group: string): void;
}

/**
 * Makes a gate. When there are fewer places than are taken, nobody is interrupted: no new one is given until they are
 * that few.
 *
 * @param most - places there are now
 * @param pauseMs - milliseconds until the next one may be given. @default none
 * @param onEnter - called for each one that is given, before the next
 */
export function createGate(
  most: () => number,
  pauseMs: () => number = () => 0,
  onEnter: () => void = () => {},
): Gate {
  const waiting = new Map<(entered: boolean) => void, string>();
  let taken = 0;
  let timer: NodeJS.Timeout | undefined;

  const isFree = (): boolean => taken < most() && pauseMs() <= 0;
  function refresh(): void {
    for (const settle of waiting.keys()) {
      if (!isFree()) break;
      settle(true);
    }
    if (waiting.size === 0 || timer !== undefined || taken >= most()) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        refresh();
      },
      Math.max(1, pauseMs()),
    );
    timer.unref();
  }

  return {
    refresh,
    enter: (signal, group = '') =>
      new Promise<boolean>((resolve, reject) => {
        function settle(entered: boolean): void {
          waiting.delete(settle);
          signal.removeEventListener('abort', leave);
          if (entered) {
            taken += 1;
            onEnter();
          }
          resolve(entered);
        }
        function leave(): void {
          waiting.delete(settle);
          reject(signal.reason as Error);
        }
        if (signal.aborted) {
          leave();
          return;
        }
        signal.addEventListener('abort', leave, { once: true });
        waiting.set(settle, group);
        refresh();
      }),
    leave() {
      taken -= 1;
      refresh();
    },
    turnAway(keep) {
      for (const settle of [...waiting.keys()].slice(keep)) settle(false);
    },
    turnAwayGroup(group) {
      for (const [settle, own] of waiting) if (own === group) settle(false);
    },
  };
}
