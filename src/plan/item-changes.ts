import type { PlannedItem } from './plan.ts';

/**
 * What becomes of an item, against the earlier runs of its job: `done` is what one of them has succeeded with, `missing`
 * what the last one asked for too, without success so far, `gone` what the last one had and the job has no more.
 */
export type ItemMark = 'new' | 'changed' | 'missing' | 'done' | 'gone';

/** An item that is not done. */
export interface ItemChange {
  readonly mark: Exclude<ItemMark, 'done'>;
  readonly id: string;
}

/** How a job's items differ from what its earlier runs have done. */
export interface ItemChanges {
  readonly counts: Readonly<Record<ItemMark, number>>;
  /** The first of those that are not done. */
  readonly listed: readonly ItemChange[];
}

/** Compares items, one at a time, with earlier runs: by their ids, and the digests of what they ask. */
export interface Comparison {
  add(item: Pick<PlannedItem, 'id' | 'digest'>): void;
  /** What was found, once every item was added. */
  finish(): ItemChanges;
}

/** Changes that are listed one by one. */
const LISTED = 20;

/**
 * Starts a comparison.
 *
 * @param last - digests of the last run's items by their ids; it is used up
 * @param isDone - whether an earlier run has succeeded with what has a digest
 */
export function compareItems(last: Map<string, string>, isDone: (digest: string) => boolean): Comparison {
  const counts = { new: 0, changed: 0, missing: 0, done: 0, gone: 0 };
  const listed: ItemChange[] = [];
  const note = (mark: ItemMark, id: string): void => {
    counts[mark] += 1;
    if (mark !== 'done' && listed.length < LISTED) listed.push({ mark, id });
  };
  return {
    add({ id, digest }) {
      const known = last.get(id);
      last.delete(id);
      if (isDone(digest)) note('done', id);
      else if (known === undefined) note('new', id);
      else note(known === digest ? 'missing' : 'changed', id);
    },
    finish() {
      for (const id of last.keys()) note('gone', id);
      return { counts, listed };
    },
  };
}
