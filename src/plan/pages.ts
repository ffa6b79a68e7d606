import type { PlannedItem } from './plan.ts';

/**
 * Calls a page holds at most. A slow call costs its page's history six events, so 250 stay well below 2,000 even when
 * every answer comes alone.
 */
export const PAGE_CALLS = 250;
/** Bytes of item ids a page holds at most, so that what its workflow learns of it stays far below 64 KB. */
const PAGE_ID_BYTES = 24_000;
/** Characters of a page's file: a worker holds some dozens of them in memory. */
const PAGE_CHARACTERS = 4_000_000;

/** A page that is full, as its file and as the plan knows it. */
export interface CutPage {
  readonly page: number;
  readonly lane: string;
  /** Items of the page. */
  readonly items: number;
  readonly text: string;
}

/** Cuts a stream of items into pages, each of one lane, in the job's order within the lane. */
export interface PageCutter {
  /** Adds an item. @returns its page's number, and a page that it did not fit into any more. */
  add(item: PlannedItem, lane: string): { readonly page: number; readonly full?: CutPage };
  /** The pages that are still open, in order. */
  rest(): readonly CutPage[];
}

interface OpenPage {
  readonly page: number;
  readonly lines: string[];
  calls: number;
  idBytes: number;
  characters: number;
}

/** A cutter without pages. */
export function createPageCutter(): PageCutter {
  const open = new Map<string, OpenPage>();
  let next = 0;
  const cut = (lane: string, { page, lines }: OpenPage): CutPage => ({
    page,
    lane,
    items: lines.length,
    text: lines.join(''),
  });
  return {
    add(item, lane) {
      const line = `${JSON.stringify(item)}\n`;
      const calls = callsAtMost(item);
      const current = open.get(lane);
      const isFull =
        current !== undefined &&
        (current.calls + calls > PAGE_CALLS ||
          current.idBytes + item.id.length > PAGE_ID_BYTES ||
          current.characters + line.length > PAGE_CHARACTERS);
      const page =
        current === undefined || isFull
          ? { page: next++, lines: [], calls: 0, idBytes: 0, characters: 0 }
          : current;
      open.set(lane, page);
      page.lines.push(line);
      page.calls += calls;
      page.idBytes += item.id.length;
      page.characters += line.length;
      return { page: page.page, ...(isFull ? { full: cut(lane, current) } : {}) };
    },
    rest: () =>
      [...open].map(([lane, page]) => cut(lane, page)).sort((left, right) => left.page - right.page),
  };
}

/** Calls that an item may come to: a chain has one more activity, which closes it. */
export function callsAtMost(item: PlannedItem): number {
  if (!('steps' in item)) return 1;
  return item.steps.reduce((sum, { forEach, repair = 0 }) => sum + (forEach?.max ?? 1) * (1 + repair), 1);
}
