import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  hasBrowser,
  launchChromium,
  newPage,
  openGallery,
  untilTrue,
  type WatchedPage,
} from '../support/chromium.ts';
import { galleryFolder } from '../support/folder.ts';
import { item } from '../support/item.ts';
import { sampleItems } from '../support/sample-items.ts';
import { sampleInfo } from '../support/sample-run.ts';
import { samplePage, writeSample, type Sample } from '../support/write-sample.ts';

describe.skipIf(!hasBrowser)('the views of a gallery', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof galleryFolder>>;
  let watched: WatchedPage;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    [browser, folder] = await Promise.all([launchChromium(), galleryFolder()]);
    url = pathToFileURL(await writeSample(folder.path, 300)).href;
  });
  beforeEach(async () => {
    watched = await newPage(browser, { missing: true });
    ({ page } = watched);
    return () => page.context().close();
  });
  afterAll(async () => {
    await browser.close();
    await folder.remove();
  });

  const shown = (): Promise<string | null> => page.locator('.shown').textContent();
  const untilShown = (text: string): Promise<void> =>
    untilTrue(page, `document.querySelector('.shown').textContent === ${JSON.stringify(text)}`);

  async function openSample(sample: Sample, fragment = ''): Promise<void> {
    const path = join(folder.path, 'other.html');
    await writeFile(path, await samplePage(sample));
    await openGallery(page, pathToFileURL(path).href + fragment);
  }

  it('tells of the run: its name, state, emulation, items, cost and times', async () => {
    await openGallery(page, url);
    const header = (await page.locator('header.run').innerText()).replaceAll(/\s+/g, ' ');
    expect(header).toContain('spring-catalogue');
    expect(header).toContain('completed with failures');
    expect(header).toContain('Emulated: no real answers, no real money');
    expect(header).toContain('287 ✓ succeeded 13 ✕ failed');
    expect(header).toContain('3 calls may have been charged and are not counted: 0.0027531 Pollen at most.');
    expect(header).toContain('after 24 min 31 s');
  });

  it('filters by what is chosen and typed, says how many are left, and clears all at once', async () => {
    await openGallery(page, url);
    expect(await shown()).toBe('300 items');
    await page.getByLabel('Kind').selectOption('image');
    await page.getByLabel('product').selectOption('lamp');
    const lamps = sampleItems(300).filter(
      ({ kind, vars }) => kind === 'image' && vars?.['product'] === 'lamp',
    );
    await untilShown(`${lamps.length} of 300 items`);
    await page.getByRole('searchbox').fill('LAMP-sketch');
    await untilShown(`${lamps.filter(({ id }) => id.startsWith('lamp-sketch')).length} of 300 items`);
    await page.getByRole('searchbox').fill('nothing is like that');
    await page.getByText('No item is like that.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).first().click();
    await untilShown('300 items');
  });

  it('puts items in order by their exact cost', async () => {
    await openGallery(page, url);
    await page.getByLabel('Sort by').selectOption('cost');
    await page.getByRole('button', { name: 'The largest first' }).click();
    await untilTrue(page, "document.querySelector('.card .figures').textContent.startsWith('0.0009177')");
    expect(new URL(page.url()).hash).toBe('#sort=cost&order=down');
  });

  it('stands in the address, goes back and forward, and opens from a link', async () => {
    await openGallery(page, url);
    await page.getByLabel('Status').selectOption('failed');
    await page.getByRole('tab', { name: 'Bill' }).click();
    await page.goBack();
    await page.getByRole('tabpanel', { name: 'Items' }).waitFor();
    await untilShown('13 of 300 items');
    await page.goBack();
    await untilShown('300 items');
    await page.goForward();
    await untilShown('13 of 300 items');
    await page.locator('.card').first().click();
    await page.getByRole('dialog').waitFor();
    const link = page.url();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await openGallery(page, link);
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('.detail-place').textContent()).toBe('1 of 13');
    expect(await page.locator('.detail .notice-bad').innerText()).toContain('What to do');
  });

  it('shows an item in full, and copies it as a line of a job', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openGallery(page, `${url}#item=17`);
    const facts = (await page.locator('.detail-facts').innerText()).replaceAll(/\s+/g, ' ');
    for (const fact of ['Seed 1017', 'Model asked', 'Cost 0.0002', 'Attempts 1', 'temperature', 'SHA-256']) {
      expect(facts).toContain(fact);
    }
    await page.getByRole('button', { name: 'Copy as job line' }).click();
    await untilTrue(
      page,
      "document.querySelector('dialog [role=status]').textContent === 'Copied the job line.'",
    );
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(JSON.parse(copied)).toEqual(JSON.parse(sampleItems(300)[16]?.jobLine ?? ''));
  });

  it('selects the text where the browser does not copy', async () => {
    await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await openGallery(page, `${url}#item=1`);
    await page.getByRole('button', { name: 'Copy prompt' }).click();
    await page.locator('.by-hand textarea').waitFor();
    expect(await page.evaluate('getSelection().toString()')).toBe(sampleItems(1)[0]?.prompt);
    expect(await page.locator('dialog [role=status]').textContent()).toContain('copy it by key');
  });

  it('shows the small picture where the large one is gone, and says so where both are', async () => {
    await rm(join(folder.path, 'items', 'picture-1.png'));
    await openGallery(page, `${url}#item=1`);
    await untilTrue(page, "document.querySelector('.large img')?.src.startsWith('data:image/webp')");
    const [first, ...rest] = sampleItems(12);
    const items = [{ ...first, link: 'items/gone.png' } as (typeof rest)[number], ...rest];
    await openSample({ items, info: sampleInfo(items) }, '#item=1');
    await page.getByText('The picture is not where this page looks for it.').waitFor();
    await page.getByText('No picture beside this page').first().waitFor();
  });

  it('shows the pictures themselves where there are none in the page', async () => {
    const items = sampleItems(12);
    await openSample({ items, info: sampleInfo(items) });
    await untilTrue(
      page,
      'document.querySelector(\'.card img[src="items/picture-2.png"]\')?.naturalWidth > 0',
    );
  });

  it('folds JSON, and opens its branches', async () => {
    await openGallery(page, `${url}#item=9`);
    await page.locator('.json-branch summary').filter({ hasText: 'stock' }).click();
    await page.locator('.json-leaf').filter({ hasText: 'left' }).waitFor();
  });

  it('sets items as a table, whose axes can be chosen and whose other variables filter', async () => {
    await openGallery(page, `${url}#view=table`);
    const heads = (): Promise<readonly string[]> => page.locator('.axes-table thead th').allTextContents();
    expect(await heads()).toEqual(['product', 'photo', 'sketch', 'watercolour', 'isometric', 'low poly']);
    expect(await page.locator('.axes-table tbody th').first().textContent()).toBe('lamp');
    await page.getByLabel('Columns').selectOption('light');
    expect(await heads()).toEqual(['product', 'studio', 'golden hour', 'night']);
    await page.getByLabel('Rows').selectOption('light');
    expect(await heads()).toEqual([
      'light',
      'lamp',
      'chair',
      'teapot',
      'bicycle',
      'backpack',
      'clock',
      'kettle',
      'radio',
      'shelf',
      'vase',
    ]);
    await page.getByLabel('style').selectOption('sketch');
    await untilShown('60 of 300 items');
    const tiles = page.locator('.axes-table tbody tr').first().locator('td').first().locator('.tile');
    expect(await tiles.count()).toBe(2);
    await tiles.first().click();
    await page.getByRole('dialog').waitFor();
  });

  it('goes on to the rest of a full cell', async () => {
    const items = Array.from({ length: 40 }, (_, index) =>
      item({ number: index + 1, vars: { a: index % 2, b: 'x' }, text: 'word' }),
    );
    await openSample(
      { items, info: sampleInfo([...items, item({ number: 41, vars: { b: 'y' } })]) },
      '#view=table',
    );
    const row = page.locator('.axes-table tbody tr').first();
    expect(await row.evaluate((element) => element.getBoundingClientRect().height)).toBe(
      await row.evaluate((element) => Number.parseFloat(element.style.height)),
    );
    await page.getByRole('button', { name: 'and 8 more' }).first().click();
    await untilShown('20 of 40 items');
  });

  it('has no table where there are no variables, and says so where nothing failed', async () => {
    const items = [item({ number: 1, text: 'word' })];
    await openSample({ items, info: sampleInfo(items) }, '#view=table');
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Items 1', 'Failures 0', 'Bill']);
    await page.getByRole('tabpanel', { name: 'Items' }).waitFor();
    await page.getByRole('tab', { name: 'Failures' }).click();
    await page.getByText('Nothing failed.').waitFor();
  });

  it('groups failures by class, and shows the items of one', async () => {
    await openGallery(page, `${url}#view=failures`);
    const first = page.locator('.failure').filter({ hasText: 'too-large' });
    expect((await first.innerText()).replaceAll(/\s+/g, ' ')).toContain('Ask for a smaller size.');
    await first.getByRole('button').click();
    await untilShown('3 of 300 items');
    expect(await page.getByLabel('Failure', { exact: true }).locator('option:checked').textContent()).toBe(
      'too-large',
    );
  });

  it('draws the bill, with a table for each chart, and draws the charts anew in the dark', async () => {
    await openGallery(page, `${url}#view=bill`);
    expect(
      await page
        .getByRole('img', { name: /^Lane images: at most/ })
        .locator('canvas')
        .count(),
    ).toBe(1);
    await page.getByText('The same as a table').nth(1).click();
    expect(
      await page
        .getByRole('region', { name: /lane images, as a table/ })
        .locator('tr')
        .count(),
    ).toBe(148);
    const look = "document.querySelector('canvas').toDataURL()";
    const light = await page.evaluate(look);
    await page.emulateMedia({ colorScheme: 'dark' });
    await untilTrue(page, `${look} !== ${JSON.stringify(light)}`);
    await page.setViewportSize({ width: 600, height: 800 });
    await untilTrue(page, "document.querySelector('canvas').clientWidth < 600");
    expect(await watched.problems()).toEqual([]);
  });

  it('says until when links work, and loudly when they no longer do', async () => {
    const items = [item({ number: 1 })];
    const links = { kind: 'presigned', expiresAt: '2026-05-07T12:00:00Z' } as const;
    await page.clock.install({ time: new Date('2026-05-07T11:59:00Z') });
    const path = join(folder.path, 'presigned.html');
    await writeFile(path, await samplePage({ items, info: sampleInfo(items, { links }) }));
    await page.goto(pathToFileURL(path).href);
    await page.getByText('Links to pictures and files work until 7 May 2026, 12:00:00 UTC').waitFor();
    await page.clock.runFor(70_000);
    await page.getByRole('alert').getByText('Links to pictures and files no longer work.').waitFor();
  });

  it('links to the other pages of the run', async () => {
    const items = [item({ number: 1 })];
    const pages = {
      page: 2,
      hrefs: ['index.html', 'other.html', 'gallery/page-0003.html', 'javascript:alert(1)'],
    };
    await openSample({ items, info: sampleInfo(items, { pages }) });
    await page.evaluate("location.hash = '#item=12345'");
    await page.getByText('Item 12345 is not on this page.').waitFor();
    const links = page.getByRole('navigation').getByRole('link');
    expect(await links.evaluateAll((all) => all.map((each) => each.getAttribute('href')))).toEqual([
      'index.html',
      'index.html',
      'gallery/page-0003.html',
      'gallery/page-0003.html',
    ]);
  });

  it('says what is wrong with a page that is garbled, and shows the rest', async () => {
    const items = sampleItems(1_000);
    const html = await samplePage({ items, info: sampleInfo(items) });
    const path = join(folder.path, 'garbled.html');
    await writeFile(path, html.replace('[{"number":501,', '[{"number":501'));
    await openGallery(page, pathToFileURL(path).href);
    await page.getByRole('alert').getByText('Block 2 of the items cannot be read.').waitFor();
    expect(await shown()).toBe('500 items');

    await writeFile(path, html.replace('{"version":1', '{"version":2'));
    await page.goto(pathToFileURL(path).href);
    await page.getByText('The data of this page are of another version than its code.').waitFor();
    await writeFile(path, html.replace('"models":[', '"models":7,"x":['));
    await page.goto(`${pathToFileURL(path).href}#view=bill`);
    await page.reload();
    await page.getByText('The page could not be drawn').waitFor();
  });
});
