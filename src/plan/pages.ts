import type { PlannedCall, PlannedPage } from './plan.ts';

/**
 * Calls a page holds at most. A slow call costs its page's history six events, so 250 stay well below 2,000 even when
 * every answer comes alone.
 */
export const PAGE_CALLS = 250;
/** Bytes of item ids a page holds at most, so that what its workflow learns of it stays far below 64 KB. */
const PAGE_ID_BYTES = 24_000;

/** Cuts calls into pages, each of one lane, in the job's order within the lane. */
export function cutPages(
  calls: readonly PlannedCall[],
  laneOf: (model: string) => string,
): readonly PlannedPage[] {
  const pages: { page: number; lane: string; items: PlannedCall[]; idBytes: number }[] = [];
  const open = new Map<string, (typeof pages)[number]>();
  for (const call of calls) {
    const lane = laneOf(call.model);
    let page = open.get(lane);
    if (
      page === undefined ||
      page.items.length >= PAGE_CALLS ||
      page.idBytes + call.id.length > PAGE_ID_BYTES
    ) {
      page = { page: pages.length, lane, items: [], idBytes: 0 };
      pages.push(page);
      open.set(lane, page);
    }
    page.items.push(call);
    page.idBytes += call.id.length;
  }
  return pages.map(({ page, lane, items }) => ({ page, lane, items }));
}
