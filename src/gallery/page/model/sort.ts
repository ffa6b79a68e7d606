import type { GalleryItem } from '../../contract.ts';
import { compareDecimals, parseDecimal } from './decimal.ts';

/** What items are put in order by; `time` is how long the answer took. */
export const sortKeys = ['number', 'cost', 'time', 'started'] as const;

export interface Sort {
  readonly by: (typeof sortKeys)[number];
  readonly descending: boolean;
}

/** Items in an order; those without what it goes by come last, and equal ones by their number. */
export function sortItems(items: readonly GalleryItem[], { by, descending }: Sort): readonly GalleryItem[] {
  const sign = descending ? -1 : 1;
  if (by === 'cost') {
    return sortBy(
      items,
      ({ cost }) => parseDecimal(cost),
      (left, right) => sign * compareDecimals(left, right),
    );
  }
  return sortBy(items, numberBy[by], (left, right) => sign * (left - right));
}

const numberBy: Readonly<Record<Exclude<Sort['by'], 'cost'>, (item: GalleryItem) => number | undefined>> = {
  number: ({ number }) => number,
  time: ({ latencyMs }) => latencyMs,
  started: ({ startedAt }) => (startedAt === undefined ? undefined : Date.parse(startedAt)),
};

function sortBy<Key>(
  items: readonly GalleryItem[],
  keyOf: (item: GalleryItem) => Key | undefined,
  compare: (left: Key, right: Key) => number,
): readonly GalleryItem[] {
  const withKeys = items.map((item) => ({ item, key: keyOf(item) }));
  withKeys.sort((left, right) => {
    if (left.key === undefined || right.key === undefined) {
      if (left.key !== right.key) return left.key === undefined ? 1 : -1;
      return left.item.number - right.item.number;
    }
    return compare(left.key, right.key) || left.item.number - right.item.number;
  });
  return withKeys.map(({ item }) => item);
}
