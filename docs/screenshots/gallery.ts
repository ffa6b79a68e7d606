import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import type { Browser, Page } from 'playwright-core';

/** Pictures of a gallery: the name of each, what the address asks for, and how it is looked at. */
const pictures = [
  { name: 'gallery', view: '' },
  { name: 'gallery-table', view: '#view=table' },
  { name: 'gallery-bill', view: '#view=bill', dark: true },
] as const;

export interface GalleryPictures {
  /** Address of the page, without a fragment. */
  readonly url: string;
  readonly folder: string;
  /** In pixels of CSS. @default 1280 */
  readonly width?: number;
  /** @default 800 */
  readonly height?: number;
}

/** Takes pictures of every view of a gallery, and gives their paths. */
export async function takeGallery(
  browser: Browser,
  { url, folder, width = 1280, height = 800 }: GalleryPictures,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const { name, view, ...how } of pictures) {
    const colorScheme = 'dark' in how ? 'dark' : 'light';
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(url + view);
    await isDrawn(page);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    paths.push(path);
    await page.close();
  }
  return paths;
}

/** Waits until all that is on the screen has been painted. */
async function isDrawn(page: Page): Promise<void> {
  // The page's policy forbids what playwright waits for functions by: text that is run as code.
  while (!(await page.evaluate<boolean>(drawn))) await pause(50);
}

const drawn = `document.readyState === 'complete' && performance.getEntriesByName('gallery:shown').length > 0
  && document.querySelector('.pending') === null && [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight)`;
