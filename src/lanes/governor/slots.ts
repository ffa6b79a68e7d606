import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

import type { Gate } from './gate.ts';

/** Has the polls of a worker wait at a gate, so that the number of its slots can change while it runs. */
export function slotsAt(gate: Gate): CustomSlotSupplier<ActivitySlotInfo> {
  return {
    type: 'custom',
    async reserveSlot(_context, signal): Promise<SlotPermit> {
      await gate.enter(signal);
      return {};
    },
    // Eager activities share a queue with their workflows; a lane's queue has none.
    tryReserveSlot: () => null,
    markSlotUsed() {},
    releaseSlot: () => gate.leave(),
  };
}
