import { useMemo } from 'preact/hooks';

import type { GalleryItem } from '../../contract.ts';
import { filterItems } from '../model/filter.ts';
import { sortItems } from '../model/sort.ts';
import type { View } from '../model/view.ts';

/** The items that a view shows, in its order. To type in the search field sorts nothing anew. */
export function useChoice(items: readonly GalleryItem[], { filter, sort }: View): readonly GalleryItem[] {
  const { by, descending } = sort;
  const sorted = useMemo(() => sortItems(items, { by, descending }), [items, by, descending]);
  return useMemo(() => filterItems(sorted, filter), [sorted, filter]);
}
