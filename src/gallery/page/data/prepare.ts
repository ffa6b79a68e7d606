import type { GalleryItem } from '../../contract.ts';
import { haystackOf } from '../model/haystack.ts';

const AT_ONCE = 250;

/** Makes what free text is looked for in while the page has nothing else to do, so that the first letter waits for nothing. */
export function prepareSearch(items: readonly GalleryItem[], from = 0): void {
  if (from >= items.length) return;
  whenIdle(() => {
    for (const item of items.slice(from, from + AT_ONCE)) haystackOf(item);
    prepareSearch(items, from + AT_ONCE);
  });
}

function whenIdle(then: () => void): void {
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(then);
  else setTimeout(then, 50);
}
