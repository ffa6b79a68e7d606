import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

import axe, { type AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { takeGallery } from '../../../docs/screenshots/gallery.ts';
import { hasBrowser, launchChromium, newPage, openGallery, untilTrue } from '../support/chromium.ts';
import { galleryFolder } from '../support/folder.ts';
import { writeSample } from '../support/write-sample.ts';

const views = {
  items: '',
  'items, filtered': '#status=failed&var.product=%22lamp%22',
  'no item': '#q=nothing+is+like+that',
  table: '#view=table',
  failures: '#view=failures',
  bill: '#view=bill',
  'a picture': '#item=1',
  'a failed item': '#item=23',
  'an item with steps': '#item=15',
};

describe.skipIf(!hasBrowser)('a gallery for everybody', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof galleryFolder>>;
  let url: string;

  beforeAll(async () => {
    [browser, folder] = await Promise.all([launchChromium(), galleryFolder()]);
    const path = await writeSample(folder.path, 200, {
      links: { kind: 'presigned', expiresAt: '2026-05-07T12:00:00Z' },
      pages: { page: 2, hrefs: ['a.html', 'b.html', 'c.html'] },
    });
    url = pathToFileURL(path).href;
  });
  afterAll(async () => {
    await browser.close();
    await folder.remove();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      it(`has nothing serious that axe finds, ${colorScheme}, ${width} px wide`, async () => {
        const viewport = { width, height: 800 };
        const { page, problems } = await newPage(browser, { colorScheme, viewport, hasTouch: width < 500 });
        for (const [view, fragment] of Object.entries(views)) {
          await openGallery(page, url + fragment);
          await untilTrue(page, "document.readyState === 'complete'");
          await page.evaluate(unfold);
          expect({ view, found: await seriousIn(page) }).toEqual({ view, found: [] });
          expect({ view, over: await overflowOf(page) }).toEqual({ view, over: 0 });
        }
        expect(await problems()).toEqual([]);
        await page.context().close();
      });
    }
  }

  it('is taken pictures of, as the README shows them', async () => {
    const pictures = await takeGallery(browser, { url, folder: folder.path });
    expect(pictures.map((path) => basename(path))).toEqual([
      'gallery.png',
      'gallery-table.png',
      'gallery-bill.png',
    ]);
  });
});

/** Opens all that is folded, of an item that is open, or else of the page. */
const unfold = `for (const summary of (document.querySelector('dialog') ?? document).querySelectorAll('summary')) summary.click()`;

async function seriousIn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => html + failureSummary).join('\n')}`,
    );
}

/** Pixels by which the page is wider than the screen. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
