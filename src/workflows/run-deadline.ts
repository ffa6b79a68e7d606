import { CancellationScope, sleep } from '@temporalio/workflow';

/** When a run ends, whatever it has left. */
export interface RunDeadline {
  /**
   * Sets it, in place of the one before. One that has passed ends the run at once.
   *
   * @param endsAt - ISO 8601; `null` for none
   */
  set(endsAt: string | null): void;
  /** ISO 8601; `undefined` where there is none. */
  endsAt(): string | undefined;
}

/**
 * Makes the deadline of a run, which has none at first.
 *
 * @param onPassed - is told when it has passed
 */
export function createRunDeadline(onPassed: () => void): RunDeadline {
  // Who sets it anew may do so from within an update, which is over before the deadline is.
  const parent = CancellationScope.current();
  let waiting: CancellationScope | undefined;
  let current: string | undefined;

  async function wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds);
    onPassed();
  }
  return {
    endsAt: () => current,
    set(endsAt) {
      waiting?.cancel();
      waiting = undefined;
      current = endsAt ?? undefined;
      if (endsAt === null) return;
      const left = Date.parse(endsAt) - Date.now();
      if (left <= 0) {
        onPassed();
        return;
      }
      waiting = new CancellationScope({ cancellable: true, parent });
      waiting.run(() => wait(left)).catch(() => {});
    },
  };
}
