import { createItemTable } from './item-table.ts';

/** How an item ended, and what names its request and its result. */
export interface ComparedItem {
  readonly number: number;
  readonly id: string;
  /** How it ended, with the code of what went wrong where it failed: `failed (bad-request)`. */
  readonly state: string;
  /** sha256 of what was asked, hex; empty where nothing tells it. */
  readonly request: string;
  /** sha256 of what was answered, hex; empty where there is no result. */
  readonly result: string;
}

/** What may be another thing about an item that both runs have. */
export type ItemChange = 'request' | 'result' | 'state';

/** An item that both runs have, and that is not the same. */
export interface ChangedItem {
  readonly id: string;
  readonly changes: readonly ItemChange[];
  /** How it ended in the first run, and in the second. */
  readonly first: string;
  readonly second: string;
}

/** An item that one of the runs has. */
export interface LoneItem {
  readonly id: string;
  readonly state: string;
}

/** What two runs do not have in common, in the order of their items. */
export interface RunDiff {
  /** Items that the second run alone has. */
  readonly added: readonly LoneItem[];
  /** Items that the first run alone has. */
  readonly gone: readonly LoneItem[];
  readonly changed: readonly ChangedItem[];
  readonly counts: {
    readonly added: number;
    readonly gone: number;
    /** Items whose requests differ; of these, some may have the same result. */
    readonly request: number;
    readonly result: number;
    readonly state: number;
    readonly unchanged: number;
  };
}

/** Compares two runs item by item, whatever the order of their items. */
export interface Comparison {
  /** Takes an item of the first run; all of them come before those of the second. */
  first(item: ComparedItem): void;
  second(item: ComparedItem): void;
  diff(): RunDiff;
}

interface Numbered<Entry> {
  readonly number: number;
  readonly entry: Entry;
}

/** Compares by the ids of items. Of the first run it keeps some hundred bytes an item, of the second what is not the same. */
export function createComparison(): Comparison {
  const table = createItemTable();
  const added: Numbered<LoneItem>[] = [];
  const changed: Numbered<ChangedItem>[] = [];
  const counts = { request: 0, result: 0, state: 0, unchanged: 0 };

  return {
    first: (item) => table.add(item),
    second(item) {
      const { number, id, state } = item;
      const known = table.take(id);
      if (known === undefined) {
        added.push({ number, entry: { id, state } });
        return;
      }
      const own = table.shorten(item);
      const changes: readonly ItemChange[] = [
        // What was asked may not be known of one of them.
        ...(differs(known.request, own.request) ? ['request' as const] : []),
        // What has no result in one of them differs by its state.
        ...(differs(known.result, own.result) ? ['result' as const] : []),
        ...(known.state === state ? [] : ['state' as const]),
      ];
      for (const change of changes) counts[change] += 1;
      if (changes.length === 0) counts.unchanged += 1;
      else changed.push({ number, entry: { id, changes, first: known.state, second: state } });
    },
    diff() {
      const gone = table.rest().map(({ number, id, state }) => ({ number, entry: { id, state } }));
      return {
        added: inOrder(added),
        gone: inOrder(gone),
        changed: inOrder(changed),
        counts: { added: added.length, gone: gone.length, ...counts },
      };
    },
  };
}

function differs(left: string, right: string): boolean {
  return left !== right && left !== '' && right !== '';
}

function inOrder<Entry>(entries: readonly Numbered<Entry>[]): readonly Entry[] {
  return entries.toSorted((left, right) => left.number - right.number).map(({ entry }) => entry);
}
