import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

import { createGate } from './gate.ts';

/** Slots of a worker whose number can change while it runs. */
export interface Slots {
  readonly supplier: CustomSlotSupplier<ActivitySlotInfo>;
  /** Looks again whether waiting polls may have a slot. */
  refresh(): void;
  /** Whether calls have all slots there are, so that nothing polls for more. */
  areBusy(): boolean;
}

/**
 * Makes the slots of a lane's worker. When there are fewer than are taken, none is interrupted: no new one is given
 * until they are that few.
 *
 * @param most - slots there are now
 * @param pauseMs - milliseconds until the next slot may be given
 */
export function createSlots(most: () => number, pauseMs: () => number): Slots {
  const gate = createGate(most, pauseMs);
  let used = 0;
  return {
    refresh: () => gate.refresh(),
    areBusy: () => used >= most(),
    supplier: {
      type: 'custom',
      async reserveSlot(_context, signal): Promise<SlotPermit> {
        // The SDK logs an error for anything else than its own reason.
        await gate.enter(signal);
        return {};
      },
      // Eager activities share a queue with their workflows; a lane's queue has none.
      tryReserveSlot: () => null,
      markSlotUsed() {
        used += 1;
      },
      releaseSlot({ slotInfo }) {
        // A poll that came back with nothing has used none.
        if (slotInfo !== undefined) used -= 1;
        gate.leave();
      },
    },
  };
}
