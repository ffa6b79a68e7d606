import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { hasBrowser, launchChromium, newPage, openGallery, untilTrue } from '../support/chromium.ts';
import { galleryFolder } from '../support/folder.ts';
import { writeSample } from '../support/write-sample.ts';

describe.skipIf(!hasBrowser)('a gallery by keyboard alone', () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof galleryFolder>>;
  let page: Page;
  let url: string;

  beforeAll(async () => {
    [browser, folder] = await Promise.all([launchChromium(), galleryFolder()]);
    url = pathToFileURL(await writeSample(folder.path, 300)).href;
  });
  beforeEach(async () => {
    ({ page } = await newPage(browser));
    await openGallery(page, url);
    return () => page.context().close();
  });
  afterAll(async () => {
    await browser.close();
    await folder.remove();
  });

  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.dataset.number ?? ''");
  const untilFocused = (number: number): Promise<void> =>
    untilTrue(page, `document.activeElement.dataset.number === '${number}'`);

  it('goes along the tabs by arrow keys, and has one stop for all of them', async () => {
    await press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('tab-items');
    await press('ArrowRight');
    expect(await page.evaluate('document.activeElement.id')).toBe('tab-table');
    await page.getByRole('tabpanel', { name: 'Table' }).waitFor();
    await press('End');
    await page.getByRole('tabpanel', { name: 'Bill' }).waitFor();
    await press('ArrowRight');
    await page.getByRole('tabpanel', { name: 'Items' }).waitFor();
    await press('Tab');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
  });

  it('goes through the cards, far beyond those that exist, and comes back', async () => {
    await page.locator('.card').first().focus();
    await press('ArrowRight', 'ArrowDown');
    await untilFocused(7);
    await press('Control+End');
    await untilFocused(300);
    expect(await page.locator('.card:focus').isVisible()).toBe(true);
    await press('ArrowUp');
    await untilFocused(295);
    await press('Control+Home');
    await untilFocused(1);
    const top = await page.evaluate<number>('document.activeElement.getBoundingClientRect().top');
    expect(top).toBeGreaterThanOrEqual(
      await page.evaluate<number>("document.querySelector('.bar').offsetHeight"),
    );
  });

  it('opens an item, goes to the next and the one after, and has the focus on that when it is closed', async () => {
    await page.locator('.card').nth(2).focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('.detail-place').textContent()).toBe('3 of 300');
    await press('ArrowRight', 'ArrowRight', 'ArrowLeft');
    await untilTrue(page, "document.querySelector('.detail-place').textContent === '4 of 300'");
    expect(await page.locator('dialog [role=status]').textContent()).toContain('4 of 300');
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await untilFocused(4);
  });

  it('keeps the focus inside an open item', async () => {
    await page.locator('.card').first().focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let tabs = 0; tabs < 15; tabs += 1) {
      await press('Tab');
      const isInside =
        "document.activeElement === document.body || document.activeElement.closest('dialog') !== null";
      expect(await page.evaluate(isInside)).toBe(true);
    }
  });

  it('brings the card on the screen that the focus goes back to, however far it went', async () => {
    await page.locator('.card').first().focus();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let times = 0; times < 120; times += 1) await press('ArrowRight');
    await press('Escape');
    await untilFocused(121);
    expect(await focused()).toBe('121');
    expect(await page.locator('.card:focus').isVisible()).toBe(true);
  });

  it('has the focus on the item of the table that was opened there', async () => {
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.locator('.tile').nth(1).focus();
    const number = await focused();
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    await untilFocused(Number(number));
  });
});
