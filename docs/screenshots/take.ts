import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Client } from '@temporalio/client';
import { chromium, type Browser, type Page } from 'playwright-core';

import { exitCodes } from '../../src/commands/exit-codes.ts';
import { openGallery } from '../../src/commands/open/open.ts';
import { connectStore } from '../../src/connect-store.ts';
import { emulatorKeys } from '../../src/emulator/index.ts';
import { pageCode } from '../../src/gallery/page-code.ts';
import { startProductStack, type ProductStack } from '../../src/local/product-stack.ts';
import { settledItems } from '../../src/records/tally.ts';
import { connectClient } from '../../src/temporal/connect-client.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { runViewQuery } from '../../src/workflows/messages.ts';
import { findBrowser, noBrowser } from '../../test/support/find-browser.ts';
import { takeGallery } from './gallery.ts';
import { catalogue, newsletter, postcards } from './jobs.ts';

/*
 * Takes the README's pictures of the Temporal UI and of galleries: `npm run screenshot`. It starts the product's own local stack
 * on a temporary folder, runs three jobs against the emulator, and looks at them with a headless Chromium, which is found on
 * PATH or named by the variable CHROMIUM.
 */

const folder = fileURLToPath(new URL('.', import.meta.url));
const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));
/** Of the pictures, in pixels; the UI cuts its tables off in narrower windows than this scale gives. */
const width = 1280;
const scale = 0.8;
/** Enough for the panel to have a rate, models and failures to tell of, and early enough for the run to go on. */
const SHARE = 0.2;
/** Calls a second: the run shall last longer than a slow machine takes to draw the pages. */
const RATE = '1.5';
const PATIENCE_MS = 120_000;

/** The environment without the servers and keys that the caller has set up for other runs. */
const ownEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|S3|AWS|POLLINATIONS|POLLEN_BATCH)_/.test(name)),
);

/** Submits a job as a person does, and gives its run id. */
async function submit(dataDir: string, name: string, job: object, ...flags: string[]): Promise<string> {
  const file = join(dataDir, `${name}.yaml`);
  // JSON is YAML.
  await writeFile(file, JSON.stringify(job));
  const child = spawn(process.execPath, [entry, 'submit', file, '-o', 'json', ...flags], {
    env: { ...ownEnvironment, POLLEN_BATCH_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== exitCodes.succeeded && code !== exitCodes.finishedWithFailures)
    throw new Error(`submit of ${name} ended with exit code ${code}`);
  return (JSON.parse(output) as { readonly runId: string }).runId;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('what should be on the picture did not come up');
    await pause(500);
  }
}

/** Goes to a tab of a workflow. */
async function open(page: Page, uiUrl: string, workflowId: string, tab: string): Promise<void> {
  await page.goto(`${uiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
  await page.waitForURL(/\/timeline/);
  await page.goto(page.url().replace(/\/timeline.*/, `/${tab}`));
  await page.getByText('History Size').first().waitFor();
}

async function take(page: Page, name: string, height: number): Promise<void> {
  await page.setViewportSize({ width: width / scale, height: height / scale });
  // Frames are drawn a moment after they have come.
  await pause(2_000);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`docs/screenshots/${name}.png`);
}

// The UI draws Markdown in frames.
async function textOfFrames(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map((frame) => frame.innerText('body').catch(() => '')));
  return texts.join('\n');
}

async function failedEvent(client: Client, workflowId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const failed = events?.find((event) => event.activityTaskFailedEventAttributes);
  return String(failed?.eventId);
}

async function takeAll(page: Page, client: Client, uiUrl: string, dataDir: string): Promise<void> {
  await submit(dataDir, 'newsletter', newsletter, '--watch');
  const runId = await submit(dataDir, 'spring-catalogue', catalogue);
  const run = client.workflow.getHandle(runWorkflowId(runId));
  await until(async () => {
    const { tally, failures, items } = await run.query(runViewQuery);
    return failures.length > 1 && settledItems(tally) > SHARE * items;
  });
  await open(page, uiUrl, runWorkflowId(runId), 'user-metadata');
  await until(async () => (await textOfFrames(page)).includes('items a minute'));
  await take(page, 'run', 800);

  const first = pageWorkflowId(runId, 0);
  await open(page, uiUrl, first, `history/events/${await failedEvent(client, first)}`);
  await page.getByText('Activity Task Failed').first().waitFor();
  await take(page, 'failed-item', 720);

  const query = encodeURIComponent("PollenJob = 'spring-catalogue' AND PollenCost > 0.01");
  await page.goto(`${uiUrl}/namespaces/default/workflows?query=${query}`);
  await page.getByText(runWorkflowId(runId)).first().waitFor();
  await take(page, 'list', 440);
}

/** Takes the pictures of a run's gallery. */
async function takeGalleryOf(
  browser: Browser,
  { addresses }: Pick<ProductStack, 'addresses'>,
): Promise<void> {
  const runId = await submit(dataDir, 'postcards', postcards, '--watch');
  const store = connectStore({ ...addresses.store, prefix: 'runs' }, 8);
  const run = { prefix: 'runs', emulated: true, job: postcards.name, runId };
  const gallery = await openGallery(store, run, await pageCode(join(dataDir, 'cache')));
  try {
    for (const path of await takeGallery(browser, { url: gallery.url, folder }))
      console.log(relative(folder, path));
  } finally {
    await gallery.stop();
    store.close();
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'pollen-batch-screenshot-'));
// The caller's may have a .env and a pollen-batch.yaml.
process.chdir(dataDir);
const stack = await startProductStack({
  dataDir,
  cacheDir: join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'pollen-batch'),
  path: process.env['PATH'] ?? '',
  environment: { ...ownEnvironment, POLLEN_BATCH_RPS: RATE },
  emulatorKey: emulatorKeys.secret,
});
try {
  const { address, uiUrl } = stack.addresses.temporal;
  const temporal = await connectClient({ address });
  const isRoot = process.getuid?.() === 0;
  const executablePath = await findBrowser();
  if (executablePath === undefined) throw new Error(noBrowser);
  const browser = await chromium.launch({ executablePath, chromiumSandbox: !isRoot });
  const page = await browser.newPage({ deviceScaleFactor: scale });
  page.setDefaultTimeout(PATIENCE_MS);
  await takeGalleryOf(browser, stack);
  await takeAll(page, temporal.client, uiUrl, dataDir);
  await browser.close();
  await temporal.close();
} finally {
  await stack.stop({ fast: true });
  await rm(dataDir, { recursive: true, force: true });
}
