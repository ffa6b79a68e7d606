import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

import { findBrowser, noBrowser } from '../../support/find-browser.ts';

const executablePath = await findBrowser();

/** Whether there is a browser to test with; why not, is printed. */
export const hasBrowser = executablePath !== undefined;
if (!hasBrowser) console.warn(`The gallery is not tested in a browser: ${noBrowser}.`);

/** Starts a headless Chromium. */
export function launchChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ ...(executablePath && { executablePath }), chromiumSandbox: !isRoot });
}

/** A page of a browser, and all that has happened in it that must not. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors, dialogs, violations of the policy and requests that leave for elsewhere, as sentences. */
  readonly problems: () => Promise<readonly string[]>;
}

const rememberViolations = `
  window.violations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    window.violations.push('policy: ' + violatedDirective + ' ' + blockedURI));`;

/** Opens an empty page in a context of its own. */
export async function newPage(
  browser: Browser,
  { missing = false, ...options }: BrowserContextOptions & { readonly missing?: boolean } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  await page.addInitScript(rememberViolations);
  page.on('console', (message) => {
    const isOfMissing = missing && message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isOfMissing)
      problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => problems.push(`window: ${popup.url()}`));
  page.on('request', (request) => {
    if (!/^(file:|data:|http:\/\/127\.0\.0\.1)/.test(request.url()))
      problems.push(`request: ${request.url()}`);
  });
  return {
    page,
    async problems() {
      return [...problems, ...(await page.evaluate<string[]>('window.violations'))];
    },
  };
}

/** Goes to a gallery, and waits until its first cards have been painted. */
export async function openGallery(page: Page, url: string): Promise<void> {
  // A fragment alone would load nothing.
  await page.goto('about:blank');
  await page.goto(url, { waitUntil: 'commit' });
  await untilTrue(page, "performance.getEntriesByName('gallery:shown').length > 0");
}

/** Waits until an expression is true in a page. Its policy forbids what playwright's own way of waiting does. */
export async function untilTrue(page: Page, expression: string, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
    if (performance.now() > end) throw new Error(`never came true: ${expression}`);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}
