import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { GalleryInfo, GalleryNews } from '../../../src/gallery/contract.ts';
import { hasBrowser, launchChromium, newPage, openGallery, untilTrue } from '../support/chromium.ts';
import { samplePictures } from '../support/pictures.ts';
import { sampleItems } from '../support/sample-items.ts';
import { sampleInfo } from '../support/sample-run.ts';
import { serve, type TestServer } from '../support/serve.ts';
import { samplePage } from '../support/write-sample.ts';

const ITEMS = 200;
const all = sampleItems(ITEMS);

describe.skipIf(!hasBrowser)('a gallery of a run that goes on', () => {
  let browser: Browser;
  let server: TestServer;
  let page: Page;
  let problems: () => Promise<readonly string[]>;
  let thumbnail: string;
  /** How many have ended by now, in the order of their end: the even ones first. */
  let ended: number;
  let isDown: boolean;
  let asked: string[];

  const order = [
    ...all.filter(({ number }) => number % 2 === 0),
    ...all.filter(({ number }) => number % 2 === 1),
  ];
  const infoNow = (): GalleryInfo => {
    const { endedAt: _, ...info } = sampleInfo(order.slice(0, ended), {
      items: ITEMS,
      live: { href: 'news' },
    });
    return ended === ITEMS ? { ...info, endedAt: '2026-05-06T13:00:00Z' } : { ...info, state: 'running' };
  };
  const newsFrom = (from: number): GalleryNews => ({
    info: infoNow(),
    items: order.slice(from, ended).map((item) => (item.kind === 'image' ? { ...item, thumbnail } : item)),
    next: ended,
  });

  beforeAll(async () => {
    browser = await launchChromium();
    thumbnail = (await samplePictures())[0]?.thumbnail ?? '';
    server = await serve(async ({ url = '/' }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      if (pathname === '/news') {
        asked.push(searchParams.get('from') ?? '');
        if (isDown) response.writeHead(503).end();
        else
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify(newsFrom(Number(searchParams.get('from')))));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(await samplePage({ items: [], info: infoNow(), reach: { live: true } }));
    });
  });
  beforeEach(async () => {
    [ended, isDown, asked] = [60, false, []];
    ({ page, problems } = await newPage(browser, { missing: true }));
    await openGallery(page, server.url);
    return () => page.context().close();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const untilShown = (text: string): Promise<void> =>
    untilTrue(page, `document.querySelector('.shown').textContent === ${JSON.stringify(text)}`);

  it('takes in what has come, and stops when the run has ended', async () => {
    await untilShown('60 items');
    expect(await page.locator('progress').getAttribute('value')).toBe('60');
    ended = 120;
    await untilShown('120 items');
    expect(await page.locator('.card').first().getAttribute('data-number')).toBe('1');
    await untilTrue(
      page,
      "document.querySelector('[data-number=\"1\"] img')?.src.startsWith('data:image/webp')",
    );
    ended = ITEMS;
    await untilShown('200 items');
    await page.getByText('completed with failures').waitFor();
    expect(await page.locator('progress').count()).toBe(0);
    expect([...new Set(asked)]).toEqual(['0', '60', '120']);
    const questions = asked.length;
    // Two more would have come meanwhile.
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 4_500))');
    expect(asked).toHaveLength(questions);
    expect(await problems()).toEqual([]);
  });

  it('keeps what is on the screen where it is, and an open item open', async () => {
    await untilShown('60 items');
    await page.evaluate('scrollTo(0, 900)');
    const first =
      "document.elementFromPoint(60, document.querySelector('.bar').offsetHeight + 30)?.closest('.card')";
    await untilTrue(page, first);
    const at = `${first}.dataset.number`;
    const before = await page.evaluate<string>(at);
    const placeOf = `document.querySelector('[data-number="${before}"]').getBoundingClientRect().top`;
    const top = await page.evaluate<number>(placeOf);
    ended = 180;
    await untilShown('180 items');
    expect(Math.abs((await page.evaluate<number>(placeOf)) - top)).toBeLessThan(2);

    await page.locator(`[data-number="${before}"]`).click();
    await page.getByRole('dialog').waitFor();
    ended = ITEMS;
    await untilTrue(page, "document.querySelector('.detail-place').textContent.endsWith('of 200')");
    expect(new URL(page.url()).hash).toBe(`#item=${before}`);
  });

  it('says that the server is gone, and goes on when it is back', async () => {
    isDown = true;
    await page.getByText('The server does not answer').waitFor();
    isDown = false;
    ended = 100;
    await untilShown('100 items');
    expect(await page.getByText('The server does not answer').count()).toBe(0);
  });
});
