import type { PageReference } from './inputs.ts';

/** Pages of a lane that may run at once, however few places each of them still holds. */
const MAX_LIVE_PAGES = 32;

/** What to do with free places. */
export type Move =
  | { readonly kind: 'grant'; readonly page: number; readonly places: number }
  | { readonly kind: 'start'; readonly page: PageReference; readonly places: number };

/**
 * Hands out a lane's free places: first to the youngest page that has calls waiting, then to a new page. So the fewest
 * pages run that hold the concurrency, and the slowest call of a page never idles the places of the others.
 *
 * @param live - running pages, oldest first, with the calls they have not started as far as they have told
 * @returns `undefined` when nothing can be done with the free places
 */
export function handOut(
  free: number,
  live: readonly { readonly page: number; readonly waiting: number }[],
  nextPage: PageReference | undefined,
): Move | undefined {
  if (free <= 0) return undefined;
  const hungry = live.findLast((page) => page.waiting > 0);
  if (hungry !== undefined) {
    return { kind: 'grant', page: hungry.page, places: Math.min(free, hungry.waiting) };
  }
  if (nextPage === undefined || live.length >= MAX_LIVE_PAGES) return undefined;
  return { kind: 'start', page: nextPage, places: Math.min(free, nextPage.calls) };
}
