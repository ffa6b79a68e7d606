import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hasBrowser, launchChromium, newPage, openGallery, untilTrue } from '../support/chromium.ts';
import { galleryFolder } from '../support/folder.ts';
import { serveFolder, type TestServer } from '../support/serve.ts';
import { writeSample } from '../support/write-sample.ts';

/** Bars of the issue: of the opening by the number of items, and of a filter. In milliseconds. */
const bars = { 20: 1_000, 1000: 2_000, 10000: 3_000 } as const;
const FILTER_BAR_MS = 100;
/** Other programs have the processor too: the best of so many counts. */
const TRIES = 10;

describe.skipIf(!hasBrowser)('the speed of a gallery', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof galleryFolder>>;
  let server: TestServer;
  const urls = new Map<string, string>();

  beforeAll(async () => {
    [browser, folder] = await Promise.all([launchChromium(), galleryFolder()]);
    server = await serveFolder(folder.path);
    for (const count of Object.keys(bars)) {
      const path = await writeSample(folder.path, Number(count), { name: `${count}.html` });
      urls.set(`file ${count}`, pathToFileURL(path).href);
      urls.set(`http ${count}`, `${server.url}${count}.html`);
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await folder.remove();
  });

  for (const [count, bar] of Object.entries(bars)) {
    it.each(['file', 'http'])(`opens ${count} items from %s within ${bar} ms`, async (way) => {
      const best = await bestOf(async () => {
        const { page, problems } = await newPage(browser);
        await openGallery(page, urls.get(`${way} ${count}`) ?? '');
        const ms = await page.evaluate<number>("performance.getEntriesByName('gallery:shown')[0].startTime");
        expect(await cardCount(page)).toBeGreaterThan(14);
        expect(await problems()).toEqual([]);
        await page.context().close();
        return ms;
      }, bar);
      expect(best).toBeLessThanOrEqual(bar);
    });
  }

  it('filters 10,000 items by text and by choice within 100 ms, and draws only what is on the screen', async () => {
    const { page, problems } = await newPage(browser);
    await openGallery(page, urls.get('file 10000') ?? '');
    await untilTrue(page, "document.readyState === 'complete'");
    const search = page.getByRole('searchbox');
    const status = page.getByLabel('Status');

    const typed = await bestOf(async () => {
      await search.fill('');
      return filterTime(page, () => search.fill('watercolour bicycle'));
    }, FILTER_BAR_MS);
    expect(await page.getByRole('status').textContent()).toMatch(/^\d+ of 10,000 items$/);
    await search.fill('');
    const chosen = await bestOf(async () => {
      await status.selectOption('any');
      return filterTime(page, () => status.selectOption('failed'));
    }, FILTER_BAR_MS);

    expect(Math.max(typed, chosen)).toBeLessThanOrEqual(FILTER_BAR_MS);
    expect(await cardCount(page)).toBeLessThan(100);
    expect(await problems()).toEqual([]);
    await page.context().close();
  });

  it('has cards on every part of the screen while 10,000 items are scrolled through', async () => {
    const { page, problems } = await newPage(browser, { viewport: { width: 1920, height: 1400 } });
    await openGallery(page, urls.get('file 10000') ?? '');
    await untilTrue(page, "document.readyState === 'complete'");
    const seen = await page.evaluate<{ blank: number; looked: number; most: number }>(scrollThrough);
    expect(seen.looked).toBeGreaterThan(2_000);
    expect(seen.blank).toBe(0);
    expect(seen.most).toBeLessThan(150);
    expect(await problems()).toEqual([]);
    await page.context().close();
  }, 180_000);
});

/** Scrolls by most of a screen a frame, and looks at points of it before that frame is painted. */
const scrollThrough = `(async () => {
  const result = { blank: 0, looked: 0, most: 0 };
  const bar = document.querySelector('.bar');
  const grid = document.querySelector('.grid');
  while (scrollY + innerHeight < document.documentElement.scrollHeight - 1) {
    scrollBy({ top: innerHeight * 0.8, behavior: 'instant' });
    await new Promise(requestAnimationFrame);
    const end = Math.min(innerHeight, grid.getBoundingClientRect().bottom);
    for (let y = bar.getBoundingClientRect().bottom + 20; y < end - 20; y += 120) {
      result.looked += 1;
      const cards = [y - 7, y + 7].map((at) => document.elementFromPoint(60, at)?.closest('.card'));
      const card = cards.find((each) => each);
      if (!card || card.querySelector('.card-body').childElementCount === 0 || card.querySelector('.pending')) result.blank += 1;
    }
    result.most = Math.max(result.most, document.querySelectorAll('.card').length);
  }
  return result;
})()`;

async function filterTime(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate("performance.clearMeasures('gallery:filter')");
  await act();
  await untilTrue(page, "performance.getEntriesByName('gallery:filter').length > 0");
  return page.evaluate<number>(
    "Math.max(...performance.getEntriesByName('gallery:filter').map((each) => each.duration))",
  );
}

function cardCount(page: Page): Promise<number> {
  return page.locator('.card').count();
}

async function bestOf(measure: () => Promise<number>, enough: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && best > enough; tries += 1) best = Math.min(best, await measure());
  return best;
}
