import type { Estimate } from '../plan/plan.ts';
import { plural } from '../workflows/words.ts';

/** What calls can cost: at least, likely, at most, and where nothing tells. */
export function costText({ atLeast, likely, atMost, unbounded, unknown = 0, free }: Estimate): string {
  const isOpen = unbounded > 0;
  const most = isOpen ? `no known bound for ${plural(unbounded, 'call')}` : `at most ${atMost} Pollen`;
  const guess = unknown > 0 ? `unknown for ${plural(unknown, 'call')}` : likely;
  // Plans of earlier versions know the most alone. A sum that leaves calls out would look like the whole.
  const range =
    atLeast === undefined || likely === undefined
      ? most
      : `at least ${atLeast}${isOpen ? ' Pollen' : ''}, likely ${guess}, ${most}`;
  return free > 0 ? `${range}; ${plural(free, 'call')} free` : range;
}
