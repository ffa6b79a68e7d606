import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import {
  hasBrowser,
  launchChromium,
  newPage,
  openGallery,
  untilTrue,
} from '../test/gallery/support/chromium.ts';
import { galleryFolder } from '../test/gallery/support/folder.ts';
import { writeSample } from '../test/gallery/support/write-sample.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';

/** Bars by the number of items: milliseconds until the first cards are painted. */
const openBars: Readonly<Record<number, number>> = { 20: 1_000, 1_000: 2_000, 10_000: 3_000 };
const FILTER_BAR_MS = 100;
const words = 'lamp sketch night';

/** Parses what a gallery parses before it draws, and draws nothing. */
const bare = {
  script: `for (const each of document.querySelectorAll('script.items')) JSON.parse(each.textContent);
document.getElementById('app').textContent = 'parsed';
requestAnimationFrame(() => setTimeout(() => performance.mark('gallery:shown')));`,
  style: '',
};

interface Figures {
  readonly items: number;
  readonly megabytes: number;
  readonly openMs: number;
  readonly bareMs: number;
  readonly ratio: number;
  /** Median of all letters that were typed, and the slowest letter by its best round. */
  readonly letterMs: number;
  readonly worstLetterMs: number;
  readonly elements: number;
}

/** Measures galleries as files in headless Chromium: opening, and filtering by text letter by letter. */
export const gallery: Benchmark = async ({ items, repeats = 5, say }) => {
  if (!hasBrowser) throw new Error('there is no browser to measure with');
  const [browser, folder] = await Promise.all([launchChromium(), galleryFolder()]);
  const figures: Figures[] = [];
  try {
    for (const count of items === undefined ? Object.keys(openBars).map(Number) : [items]) {
      say(`${count} items …`);
      figures.push(await measure(browser, folder.path, count, repeats));
    }
  } finally {
    await browser.close();
    await folder.remove();
  }
  return { text: textOf(figures, repeats), figures, missed: figures.flatMap(missedOf) };
};

async function measure(browser: Browser, folder: string, count: number, repeats: number): Promise<Figures> {
  const path = await writeSample(folder, count);
  const barePath = await writeSample(folder, count, { name: 'bare.html', code: bare });
  const [opens, bares, rounds]: [number[], number[], (readonly number[])[]] = [[], [], []];
  let elements = 0;
  for (let round = 0; round < repeats; round += 1) {
    await withPage(browser, barePath, async (page) => bares.push(await shownAt(page)));
    await withPage(browser, path, async (page) => {
      opens.push(await shownAt(page));
      await untilTrue(page, "document.readyState === 'complete'");
      rounds.push(await typeInto(page, words));
      elements = await page.evaluate<number>("document.querySelectorAll('*').length");
    });
  }
  const [openMs, bareMs] = [median(opens), median(bares)];
  return {
    items: count,
    megabytes: statSync(path).size / 1e6,
    openMs,
    bareMs,
    ratio: openMs / bareMs,
    letterMs: median(rounds.flat()),
    // Another program's load is no letter's own: each counts by its best round.
    worstLetterMs: Math.max(
      ...words.split('').map((_, letter) => Math.min(...rounds.map((times) => times[letter] ?? Number.NaN))),
    ),
    elements,
  };
}

async function withPage(
  browser: Browser,
  path: string,
  act: (page: Page) => Promise<unknown>,
): Promise<void> {
  const { page } = await newPage(browser);
  await openGallery(page, pathToFileURL(path).href);
  await act(page);
  await page.context().close();
}

function shownAt(page: Page): Promise<number> {
  return page.evaluate<number>("performance.getEntriesByName('gallery:shown')[0].startTime");
}

async function typeInto(page: Page, text: string): Promise<readonly number[]> {
  await page.getByRole('searchbox').focus();
  for (const [index, letter] of text.split('').entries()) {
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    await untilTrue(page, `performance.getEntriesByName('gallery:filter').length > ${index}`);
  }
  return page.evaluate<number[]>(
    "performance.getEntriesByName('gallery:filter').map(({ duration }) => duration)",
  );
}

function textOf(figures: readonly Figures[], repeats: number): string {
  const head: Row = [
    'items',
    'MB',
    'open ms',
    'bare ms',
    'times bare',
    'letter ms',
    'worst letter ms',
    'elements',
  ];
  const rows = figures.map((each): Row => [
    String(each.items),
    each.megabytes.toFixed(1),
    each.openMs.toFixed(0),
    each.bareMs.toFixed(0),
    each.ratio.toFixed(2),
    each.letterMs.toFixed(0),
    each.worstLetterMs.toFixed(0),
    String(each.elements),
  ]);
  return `median of ${repeats}; bare only parses the same JSON\n\n${table([head, ...rows])}`;
}

function missedOf({ items, openMs, worstLetterMs }: Figures): readonly string[] {
  const bar = openBars[items] ?? Number.POSITIVE_INFINITY;
  return [
    ...(openMs <= bar ? [] : [`${items} items opened in ${openMs.toFixed(0)} ms, ${bar} are allowed`]),
    ...(worstLetterMs <= FILTER_BAR_MS
      ? []
      : [`a letter took ${worstLetterMs.toFixed(0)} ms among ${items} items`]),
  ];
}
