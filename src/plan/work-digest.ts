import { canonicalJson } from '../canonical-json.ts';
import { sha256 } from './digest.ts';
import type { PlannedItem } from './plan.ts';

/**
 * Names an item's work: what it asks, and what is checked of the answer. Twins may ask the same and check it otherwise;
 * where nothing is checked, and in a chain, whose digest covers it, it is the item's digest.
 */
export function workDigest(item: PlannedItem): string {
  return 'steps' in item || item.expect === undefined
    ? item.digest
    : sha256(canonicalJson([item.digest, item.expect]));
}
