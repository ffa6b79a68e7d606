import { elementIds, THUMBNAILS_PER_BLOCK } from '../../contract.ts';
import { isBase64, parseThumbnails } from '../model/parse.ts';
import { take } from './read-page.ts';

/** The small pictures of a page. */
export interface Thumbnails {
  /** Address of the one of an item, `pending` while it may still come, `undefined` where there is none. */
  of(number: number): string | undefined;
  /** Takes one in, as base64 of WebP. */
  add(number: number, base64: string): void;
  /** Calls back when those that were pending may be there; gives a function that ends it. */
  watch(changed: () => void): () => void;
}

/** What `of` says of a thumbnail that may still come. */
export const PENDING = 'pending';

const LOOK_AGAIN_MS = 100;

/** Reads a block of thumbnails when one of it is asked for; blocks may still be on their way. */
export function readThumbnails(): Thumbnails {
  const blocks = new Map<number, ReadonlyMap<number, string>>();
  const added = new Map<number, string>();
  const watchers = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const changed of watchers) changed();
  };
  const lookAgain = (): void => {
    timer ??= setTimeout(tell, LOOK_AGAIN_MS);
  };

  function blockOf(number: number): ReadonlyMap<number, string> | undefined {
    const index = Math.floor(number / THUMBNAILS_PER_BLOCK);
    const known = blocks.get(index);
    if (known !== undefined) return known;
    const element = document.getElementById(elementIds.thumbnails(index));
    const loading = document.readyState === 'loading';
    // While the document loads, an element that nothing follows may hold half of its text.
    if (loading && (element === null || element.nextSibling === null)) return undefined;
    const block = parseThumbnails(take(element) ?? '');
    blocks.set(index, block);
    return block;
  }

  document.addEventListener('DOMContentLoaded', tell, { once: true });
  return {
    of(number) {
      const base64 = added.get(number) ?? thumbnailOf(blockOf(number), number);
      if (base64 === PENDING) lookAgain();
      return base64 === undefined || base64 === PENDING ? base64 : `data:image/webp;base64,${base64}`;
    },
    add(number, base64) {
      if (isBase64(base64)) added.set(number, base64);
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

function thumbnailOf(block: ReadonlyMap<number, string> | undefined, number: number): string | undefined {
  return block === undefined ? PENDING : block.get(number);
}
