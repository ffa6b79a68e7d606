import type { ExportLine } from '../report/export/export-line.ts';
import { ITEMS_PER_BLOCK, THUMBNAILS_PER_BLOCK, type GalleryInfo, type GalleryItem } from './contract.ts';
import { galleryItem, type LinkOf } from './gallery-item.ts';
import type { Thumbnail } from './kept-thumbnails.ts';
import {
  itemsBlock,
  pageEnd,
  pageHead,
  pageScript,
  thumbnailsBlock,
  type PageCode,
  type PageReach,
} from './page-html.ts';

/** Items that one page has at most. */
export const ITEMS_PER_PAGE = 10_000;

/** What a gallery is made of. Both streams are in the order of the items' numbers. */
export interface GallerySource {
  readonly info: GalleryInfo;
  /** How many lines there are. */
  readonly items: number;
  readonly lines: () => AsyncIterable<ExportLine>;
  readonly thumbnails: () => AsyncIterable<Thumbnail>;
}

/** How its pages look, which are numbered from 1. */
export interface GalleryPages {
  readonly code: PageCode;
  readonly reach: PageReach;
  readonly linkOf: (page: number) => LinkOf;
  /** Where a page finds another one. */
  readonly hrefOf: (page: number, other: number) => string;
}

/** How many pages a gallery has. */
export function pageCount({ items }: Pick<GallerySource, 'items'>): number {
  return Math.max(1, Math.ceil(items / ITEMS_PER_PAGE));
}

/**
 * The pages of a gallery one after the other, each to be read to its end before the next: each can be opened alone, and tells
 * of the whole run.
 */
export async function* galleryPages(
  source: GallerySource,
  pages: GalleryPages,
): AsyncGenerator<{ readonly page: number; readonly chunks: AsyncIterable<string> }> {
  const streams = openStreams(source);
  try {
    for (let page = 1; page <= pageCount(source); page += 1) {
      yield { page, chunks: pageChunks(source, pages, page, streams) };
    }
  } finally {
    await streams.end();
  }
}

/** One page of a gallery alone. */
export async function* galleryPage(
  source: GallerySource,
  pages: GalleryPages,
  page: number,
): AsyncGenerator<string> {
  const streams = openStreams(source);
  try {
    for (let passed = 0; passed < (page - 1) * ITEMS_PER_PAGE; passed += 1) await streams.lines.next();
    yield* pageChunks(source, pages, page, streams);
  } finally {
    await streams.end();
  }
}

interface Streams {
  readonly lines: AsyncIterator<ExportLine>;
  readonly thumbnails: Peekable<Thumbnail>;
  end(): Promise<void>;
}

function openStreams(source: GallerySource): Streams {
  const lines = source.lines()[Symbol.asyncIterator]();
  const thumbnails = peekable(source.thumbnails());
  return {
    lines,
    thumbnails,
    async end() {
      await Promise.all([lines.return?.(), thumbnails.end()]);
    },
  };
}

async function* pageChunks(
  source: GallerySource,
  { code, reach, linkOf, hrefOf }: GalleryPages,
  page: number,
  { lines, thumbnails }: Streams,
): AsyncGenerator<string> {
  const count = pageCount(source);
  const hrefs = Array.from({ length: count }, (_, index) => hrefOf(page, index + 1));
  const toLink = linkOf(page);
  yield pageHead(code, reach, { ...source.info, ...(count === 1 ? {} : { pages: { page, hrefs } }) });
  const numbers = new Set<number>();
  let block: GalleryItem[] = [];
  while (numbers.size < ITEMS_PER_PAGE) {
    const { done, value } = await lines.next();
    if (done === true) break;
    numbers.add(value.number);
    if (block.push(await galleryItem(value, toLink)) < ITEMS_PER_BLOCK) continue;
    yield itemsBlock(block);
    block = [];
  }
  if (block.length > 0) yield itemsBlock(block);
  yield pageScript(code);
  yield* thumbnailChunks(numbers, thumbnails);
  yield pageEnd;
}

async function* thumbnailChunks(
  numbers: ReadonlySet<number>,
  thumbnails: Peekable<Thumbnail>,
): AsyncGenerator<string> {
  const last = [...numbers].at(-1) ?? 0;
  let block = new Map<number, string>();
  let place = 0;
  for (let next = await thumbnails.peek(); next !== undefined; next = await thumbnails.peek()) {
    if (next.number > last) break;
    thumbnails.take();
    if (!numbers.has(next.number)) continue;
    const own = Math.floor(next.number / THUMBNAILS_PER_BLOCK);
    if (own !== place && block.size > 0) {
      yield thumbnailsBlock(place, Object.fromEntries(block));
      block = new Map();
    }
    place = own;
    block.set(next.number, next.image);
  }
  if (block.size > 0) yield thumbnailsBlock(place, Object.fromEntries(block));
}

interface Peekable<Entry> {
  /** The next entry, which stays the next until it is taken. */
  peek(): Promise<Entry | undefined>;
  take(): void;
  end(): Promise<unknown>;
}

function peekable<Entry>(entries: AsyncIterable<Entry>): Peekable<Entry> {
  const iterator = entries[Symbol.asyncIterator]();
  let head: IteratorResult<Entry, unknown> | undefined;
  return {
    async peek() {
      head ??= await iterator.next();
      return head.done === true ? undefined : head.value;
    },
    take() {
      if (head?.done !== true) head = undefined;
    },
    end: async () => iterator.return?.(),
  };
}
