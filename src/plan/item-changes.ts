import type { PlannedItem } from './plan.ts';

/** What becomes of an item, against the last run of its job. */
export type ItemMark = 'new' | 'changed' | 'same' | 'gone';

/** An item that is not as it was. */
export interface ItemChange {
  readonly mark: Exclude<ItemMark, 'same'>;
  readonly id: string;
}

/** How a job's items differ from those of its last run. */
export interface ItemChanges {
  readonly counts: Readonly<Record<ItemMark, number>>;
  /** The first of those that are not the same. */
  readonly listed: readonly ItemChange[];
}

/** Compares items, one at a time, with those of an earlier run: by their ids, and the digests of what they ask. */
export interface Comparison {
  add(item: Pick<PlannedItem, 'id' | 'digest' | 'reuse'>): void;
  /** What was found, once every item was added. */
  finish(): ItemChanges;
}

/** Changes that are listed one by one. */
const LISTED = 20;

/**
 * Starts a comparison.
 *
 * @param earlier - digests of the earlier run's items by their ids; it is used up
 */
export function compareItems(earlier: Map<string, string>): Comparison {
  const counts = { new: 0, changed: 0, same: 0, gone: 0 };
  const listed: ItemChange[] = [];
  const note = (mark: ItemMark, id: string): void => {
    counts[mark] += 1;
    if (mark !== 'same' && listed.length < LISTED) listed.push({ mark, id });
  };
  return {
    add({ id, digest, reuse }) {
      const known = earlier.get(id);
      earlier.delete(id);
      if (known === digest || reuse !== undefined) note('same', id);
      else note(known === undefined ? 'new' : 'changed', id);
    },
    finish() {
      for (const id of earlier.keys()) note('gone', id);
      return { counts, listed };
    },
  };
}
