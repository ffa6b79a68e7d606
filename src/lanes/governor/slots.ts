import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

/** Slots of a worker whose number can change while it runs. */
export interface Slots {
  readonly supplier: CustomSlotSupplier<ActivitySlotInfo>;
  /** Looks again whether waiting polls may have a slot. */
  refresh(): void;
  /** Slots that are taken: calls in flight, and polls that wait for one. */
  taken(): number;
  /** Whether calls have all slots there are, so that nothing polls for more. */
  areBusy(): boolean;
}

interface Waiting {
  readonly grant: () => void;
}

/**
 * Makes the slots of a lane's worker. When there are fewer than are taken, none is interrupted: no new one is given
 * until they are that few.
 *
 * @param most - slots there are now
 * @param pauseMs - milliseconds until the next slot may be given
 */
export function createSlots(most: () => number, pauseMs: () => number): Slots {
  const waiting = new Set<Waiting>();
  let taken = 0;
  let used = 0;
  let timer: NodeJS.Timeout | undefined;

  const isFree = (): boolean => taken < most() && pauseMs() <= 0;
  function refresh(): void {
    for (const one of waiting) {
      if (!isFree()) break;
      one.grant();
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
    taken: () => taken,
    areBusy: () => used >= most(),
    supplier: {
      type: 'custom',
      reserveSlot: (_context, signal) =>
        new Promise<SlotPermit>((resolve, reject) => {
          const one: Waiting = {
            grant() {
              waiting.delete(one);
              signal.removeEventListener('abort', leave);
              taken += 1;
              resolve({});
            },
          };
          function leave(): void {
            waiting.delete(one);
            // The SDK logs an error for anything else.
            reject(signal.reason as Error);
          }
          if (signal.aborted) {
            leave();
            return;
          }
          signal.addEventListener('abort', leave, { once: true });
          waiting.add(one);
          refresh();
        }),
      // Eager activities share a queue with their workflows; a lane's queue has none.
      tryReserveSlot: () => null,
      markSlotUsed() {
        used += 1;
      },
      releaseSlot({ slotInfo }) {
        taken -= 1;
        // A poll that came back with nothing has used none.
        if (slotInfo !== undefined) used -= 1;
        refresh();
      },
    },
  };
}
