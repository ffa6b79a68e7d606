import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { scripts } from '../../support/payloads.ts';
import { hasBrowser, launchChromium, newPage, openGallery, untilTrue } from '../support/chromium.ts';
import { galleryFolder } from '../support/folder.ts';
import { hostileInfo, hostileItems } from '../support/hostile-run.ts';
import { serveFolder, type TestServer } from '../support/serve.ts';
import { samplePage } from '../support/write-sample.ts';

/** What the page itself never draws, so that it can only come out of a payload. */
const foreign =
  '#app :is(script, iframe, svg, math, object, embed, link, style, base, meta, form, video, audio, marquee, template, noscript), #app [onerror], #app [onload], #app [onfocus], #app [style*="evil"]';
/** Links and pictures that lead away from where the page itself lies. */
const leaving = `[...document.links, ...document.images]
  .map((each) => new URL(each.currentSrc || each.src || each.href))
  .filter(({ protocol, host }) => protocol !== location.protocol || host !== location.host)
  .map(String)`;

describe.skipIf(!hasBrowser)('a gallery of hostile texts', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof galleryFolder>>;
  let server: TestServer;
  const items = hostileItems(scripts);

  beforeAll(async () => {
    [browser, folder] = await Promise.all([launchChromium(), galleryFolder()]);
    server = await serveFolder(folder.path);
    await writeFile(
      join(folder.path, 'index.html'),
      await samplePage({ items, info: hostileInfo(items, scripts) }),
    );
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await folder.remove();
  });

  it('has two hundred of them', () => {
    expect(new Set(scripts).size).toBeGreaterThanOrEqual(200);
  });

  it.each(['file', 'http'])(
    'runs none of them in any view, from %s, and shows each as the text that it is',
    async (way) => {
      const url =
        way === 'file' ? pathToFileURL(join(folder.path, 'index.html')).href : `${server.url}index.html`;
      // Pictures that lie at an address made of a payload are not there.
      const { page, problems } = await newPage(browser, { missing: true });
      await openGallery(page, url);
      expect(asShown(await page.locator('h1').textContent())).toBe(asShown(scripts[9]));
      await isInert(page);
      await scrollToEnd(page);

      for (const tab of ['Table', 'Failures', 'Bill']) {
        await page.getByRole('tab', { name: tab }).click();
        await isInert(page);
        await scrollToEnd(page);
      }
      for (const summary of await page.locator('summary').all()) await summary.click();
      await isInert(page);

      await page.goto('about:blank');
      await openGallery(page, `${url}#item=1`);
      for (const [index, { id }] of items.entries()) {
        await untilTrue(
          page,
          `document.querySelector('.detail-place')?.textContent.startsWith('${index + 1} of')`,
        );
        expect(asShown(await page.locator('#detail-title').textContent())).toBe(asShown(id));
        expect(asShown(await page.locator('.detail-facts .text-block').textContent())).toBe(
          asShown(items[index]?.prompt),
        );
        await isInert(page);
        await page.keyboard.press('ArrowRight');
      }
      expect(await problems()).toEqual([]);
      await page.context().close();
    },
  );

  it('runs none of them out of its address', async () => {
    const { page, problems } = await newPage(browser, { missing: true });
    const url = pathToFileURL(join(folder.path, 'index.html')).href;
    for (const [index, payload] of scripts.entries()) {
      const text = encodeURIComponent(asShown(payload));
      const fragment = `#q=${text}&model=${text}&code=${text}&var.${text}=${text}&rows=${text}&columns=${text}&item=${text}`;
      if (index === 0) await openGallery(page, url + fragment);
      else await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await untilTrue(
        page,
        `document.querySelector('.search').value === ${JSON.stringify(asField(payload))}`,
      );
      await isInert(page);
    }
    expect(await problems()).toEqual([]);
    await page.context().close();
  });
});

async function isInert(page: Page): Promise<void> {
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.evaluate('({}).hacked')).toBeUndefined();
  const outers = `[...document.querySelectorAll(${JSON.stringify(foreign)})].map((each) => each.outerHTML)`;
  expect(await page.evaluate<string[]>(outers)).toEqual([]);
  expect(await page.evaluate<string[]>(leaving)).toEqual([]);
}

async function scrollToEnd(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    while (scrollY + innerHeight < document.documentElement.scrollHeight - 1) {
      scrollBy({ top: innerHeight, behavior: 'instant' });
      await new Promise(requestAnimationFrame);
    }
  })()`);
}

/** Half a pair of UTF-16 comes back from a browser in one of two ways; they are one here. */
function asShown(text: string | null | undefined): string {
  return Buffer.from(text ?? '').toString();
}

// A field of one line has no line breaks.
function asField(text: string): string {
  return asShown(text).replaceAll(/[\r\n]/g, '');
}
