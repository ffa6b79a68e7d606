import { fileURLToPath } from 'node:url';

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildPage } from '../../../src/gallery/build-page.ts';
import {
  ITEMS_PER_BLOCK,
  THUMBNAILS_PER_BLOCK,
  type GalleryInfo,
  type GalleryItem,
} from '../../../src/gallery/contract.ts';
import {
  itemsBlock,
  pageEnd,
  pageHead,
  pageScript,
  thumbnailsBlock,
  type PageCode,
  type PageReach,
} from '../../../src/gallery/page-html.ts';
import { samplePictures } from './pictures.ts';
import { sampleItems } from './sample-items.ts';
import { sampleInfo } from './sample-run.ts';

export interface Sample {
  readonly items: readonly GalleryItem[];
  readonly info: GalleryInfo;
  readonly reach?: PageReach;
  /** Base64 by number. @default none */
  readonly thumbnails?: ReadonlyMap<number, string>;
  /** @default the page's own */
  readonly code?: PageCode;
}

/** A page as the program writes it. */
export async function samplePage({ items, info, reach = {}, thumbnails, code }: Sample): Promise<string> {
  const used =
    code ?? (await buildPage(fileURLToPath(new URL('../../../src/gallery/page/', import.meta.url))));
  const parts = [pageHead(used, reach, info)];
  for (let start = 0; start < items.length; start += ITEMS_PER_BLOCK) {
    parts.push(itemsBlock(items.slice(start, start + ITEMS_PER_BLOCK)));
  }
  parts.push(pageScript(used), ...thumbnailBlocks(thumbnails ?? new Map()), pageEnd);
  return parts.join('');
}

function thumbnailBlocks(thumbnails: ReadonlyMap<number, string>): readonly string[] {
  const blocks = new Map<number, Record<number, string>>();
  for (const [number, base64] of thumbnails) {
    const index = Math.floor(number / THUMBNAILS_PER_BLOCK);
    const block = blocks.get(index) ?? {};
    blocks.set(index, block);
    block[number] = base64;
  }
  return [...blocks].map(([index, block]) => thumbnailsBlock(index, block));
}

/** Writes a page of so many items, with its pictures beside it, and gives its path. */
export async function writeSample(
  folder: string,
  count: number,
  {
    name = 'index.html',
    code,
    ...changes
  }: Partial<GalleryInfo> & { readonly name?: string; readonly code?: PageCode } = {},
): Promise<string> {
  const items = sampleItems(count);
  const pictures = await samplePictures();
  await mkdir(join(folder, 'items'), { recursive: true });
  await Promise.all(
    pictures.map(({ full }, index) => writeFile(join(folder, 'items', `picture-${index}.png`), full)),
  );
  const thumbnails = new Map<number, string>();
  for (const { number, kind, status } of items) {
    const picture = pictures[number % pictures.length];
    if (kind === 'image' && status === 'succeeded' && picture) thumbnails.set(number, picture.thumbnail);
  }
  const path = join(folder, name);
  await writeFile(
    path,
    await samplePage({ items, info: sampleInfo(items, changes), thumbnails, ...(code && { code }) }),
  );
  return path;
}
