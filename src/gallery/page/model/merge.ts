import type { GalleryItem } from '../../contract.ts';

/** Items with those that came since, by number; one that came again takes its place. */
export function mergeItems(
  items: readonly GalleryItem[],
  news: readonly GalleryItem[],
): readonly GalleryItem[] {
  if (news.length === 0) return items;
  const byNumber = new Map(items.map((item) => [item.number, item]));
  for (const item of news) byNumber.set(item.number, item);
  return [...byNumber.values()].sort((left, right) => left.number - right.number);
}
