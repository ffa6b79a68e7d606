import { elementIds, type GalleryInfo, type GalleryItem } from '../../contract.ts';
import { parseInfo, parseItems } from '../model/parse.ts';

/** What the document holds, and what of it could not be read. */
export interface PageData {
  readonly info: GalleryInfo | undefined;
  readonly items: readonly GalleryItem[];
  /** Sentences for the reader. */
  readonly problems: readonly string[];
}

/** Reads the run and its items from the document, and frees the text of each block. */
export function readPage(): PageData {
  const info = parseInfo(take(document.getElementById(elementIds.info)));
  const blocks = [...document.querySelectorAll(`script.${elementIds.items}`)].map((element, index) =>
    parseItems(take(element) ?? '', index + 1),
  );
  const problems = [info, ...blocks].map(({ problem }) => problem);
  return {
    info: info.value,
    items: blocks.flatMap(({ value }) => value),
    problems: problems.filter((problem) => problem !== undefined),
  };
}

/** The text of a block, of which the document keeps nothing. */
export function take(element: Element | null): string | undefined {
  const text = element?.textContent ?? undefined;
  element?.replaceChildren();
  return text;
}
