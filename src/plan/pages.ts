import type { Plan, PlannedItem } from './plan.ts';
import { stepCalls } from './plan-chain.ts';
import type { Spool, Stretch } from './spool.ts';

/**
 * Calls a page holds at most. A slow call costs its page's history six events, so 250 stay well below 2,000 even when
 * every answer comes alone.
 */
export const PAGE_CALLS = 250;
/** Bytes of item ids a page holds at most, so that what its workflow learns of it stays far below 64 KB. */
const PAGE_ID_BYTES = 24_000;
/** Bytes of a page's file: a worker holds some dozens of them in memory. */
const PAGE_BYTES = 4_000_000;

/**
 * Cuts a stream of items into pages, each of one lane, in the job's order within the lane. Those of a canary come first, in
 * pages of their own.
 */
export interface PageCutter {
  /** Adds an item, and tells the number of its page. */
  add(item: PlannedItem, lane: string): number;
  /** The pages so far, in order. */
  pages(): Plan['pages'];
  /** Text of a page's file. */
  text(page: number): string;
}

interface Page {
  readonly page: number;
  readonly lane: string;
  readonly others: readonly string[];
  readonly isCanary: boolean;
  readonly stretches: Stretch[];
  items: number;
  calls: number;
  idBytes: number;
  bytes: number;
}

/**
 * A cutter without pages, whose lines go to a spool.
 *
 * @param canary - how many of the first items are a canary
 */
export function createPageCutter(spool: Spool, canary = 0): PageCutter {
  const pages: Page[] = [];
  const open = new Map<string, Page>();
  let items = 0;

  function pageFor(
    lane: string,
    others: readonly string[],
    calls: number,
    idBytes: number,
    bytes: number,
  ): Page {
    // Items that need other lanes as well do not hold up those that do not.
    const name = [lane, ...others].join(' ');
    const current = open.get(name);
    if (
      current !== undefined &&
      current.calls + calls <= PAGE_CALLS &&
      current.idBytes + idBytes <= PAGE_ID_BYTES &&
      current.bytes + bytes <= PAGE_BYTES
    ) {
      return current;
    }
    const none = { items: 0, calls: 0, idBytes: 0, bytes: 0 };
    const isCanary = items <= canary;
    const page = { page: pages.length, lane, others, isCanary, stretches: [], ...none };
    pages.push(page);
    open.set(name, page);
    return page;
  }

  return {
    add(item, lane) {
      if (items === canary) open.clear();
      items += 1;
      const stretch = spool.append(`${JSON.stringify(item)}\n`);
      const calls = callsAtMost(item);
      const page = pageFor(lane, otherLanes(item, lane), calls, item.id.length, stretch.length);
      page.items += 1;
      page.calls += calls;
      page.idBytes += item.id.length;
      page.bytes += stretch.length;
      const last = page.stretches.at(-1);
      if (last !== undefined && last.offset + last.length === stretch.offset) {
        page.stretches[page.stretches.length - 1] = {
          offset: last.offset,
          length: last.length + stretch.length,
        };
      } else page.stretches.push(stretch);
      return page.page;
    },
    pages: () =>
      pages.map(({ page, lane, others, isCanary, ...of }) => ({
        page,
        lane,
        ...(others.length === 0 ? {} : { others }),
        ...(isCanary ? { canary: true } : {}),
        calls: of.items,
      })),
    text(page) {
      const found = pages[page];
      if (found === undefined) throw new Error(`the plan has no page ${page}`);
      return Buffer.concat(found.stretches.map((stretch) => spool.read(stretch))).toString('utf8');
    },
  };
}

function otherLanes(item: PlannedItem, lane: string): readonly string[] {
  const lanes = 'steps' in item ? item.steps.map((step) => step.lane) : [];
  return [...new Set(lanes)].filter((other) => other !== lane).sort();
}

/** Calls that an item may come to: a chain has one more activity, which closes it. */
export function callsAtMost(item: PlannedItem): number {
  return 'steps' in item ? stepCalls(item.steps) + 1 : 1;
}

/** Reads the items of a page's file. */
export function parsePage(text: string): readonly PlannedItem[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PlannedItem);
}
