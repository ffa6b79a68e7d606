import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect } from 'vitest';

import { openGallery } from '../../src/commands/open/open.ts';
import { openEnded, writeRunGallery } from '../../src/commands/results/results.ts';
import type { GalleryInfo, GalleryItem, GalleryNews } from '../../src/gallery/contract.ts';
import { sharp } from '../../src/gallery/sharp.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { test } from '../support/on-servers.ts';
import { samplePageCode } from '../support/samples.ts';
import { spoiltJob } from '../verify/spoiling.ts';

/** The data that a page has, as its code would read it. */
function dataOf(html: string) {
  const blocks = [
    ...html.matchAll(/<script type="application\/json" (?:id|class)="([^"]*)">([^]*?)<\/script>/g),
  ];
  const all = (pattern: RegExp): unknown[] =>
    blocks
      .filter(([, name = '']) => pattern.test(name))
      .map(([, , json = '']) => JSON.parse(json) as unknown);
  return {
    info: all(/^info$/)[0] as GalleryInfo,
    items: all(/^items$/).flat() as readonly GalleryItem[],
    thumbnails: Object.assign({}, ...(all(/^thumbnails-/) as object[])) as Readonly<Record<string, string>>,
  };
}

const job = (items: string): string => `version: 1
name: pictures
defaults:
  text: { model: openai, max_tokens: 30 }
  image: { model: turbo, width: 320, height: 160 }
items:
${items}`;

describe.concurrent('the gallery of a run', { timeout: 240_000 }, () => {
  test('lies in its folder with small pictures of its images, and all that the run has left agrees', async ({
    open,
  }) => {
    const harness = await open({ gallery: true });
    const { run } = await harness.submit(spoiltJob);
    await harness.finish(run);
    const { store } = harness.session;
    const html = Buffer.from((await store.get(runKeys(run).gallery(1)))?.body ?? '').toString();
    const { info, items, thumbnails } = dataOf(html);
    expect(items.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'plain succeeded',
      'lost succeeded',
      'refused failed',
      'sun succeeded',
      'moon succeeded',
      'chain succeeded',
    ]);
    expect(info.figures.failures).toMatchObject([{ items: 1 }]);
    expect(info.figures.rate?.lanes).toMatchObject([{ lane: 'all' }]);
    // The chain ends with words; what was drawn on its way stands for it.
    expect(Object.keys(thumbnails)).toEqual(['4', '5', '6']);
    const small = await sharp(Buffer.from(thumbnails['4'] ?? '', 'base64')).metadata();
    expect(small).toMatchObject({ format: 'webp', width: 64, height: 64 });
    const linked = await store.get(`${runKeys(run).root}${items[3]?.link}`);
    expect(linked?.metadata['sha256']).toBe(items[3]?.sha256);
    expect(await verifyRun(store, run)).toMatchObject({ findings: [] });
    await store.put(runKeys(run).gallery(1), html.replace('sun', 'son'), { contentType: 'text/html' });
    expect((await verifyRun(store, run)).findings).toMatchObject([
      { code: 'file-changed', object: 'index.html' },
    ]);
  });

  test('can be served, with the results that it links to and nothing else of the bucket', async ({
    open,
  }) => {
    const harness = await open({ gallery: true });
    const { run } = await harness.submit(job('  - { id: sun, image: The sun }\n'));
    await harness.finish(run);
    const gallery = await openGallery(harness.session.store, run, samplePageCode);
    try {
      expect(gallery.isLive).toBe(false);
      const page = await fetch(gallery.url);
      const { info, items, thumbnails } = dataOf(await page.text());
      expect(info).toMatchObject({ runId: run.runId, state: 'completed', emulated: true });
      expect(Object.keys(thumbnails)).toEqual(['1']);
      const image = await fetch(new URL(items[0]?.link ?? '', gallery.url));
      expect(image.headers.get('content-type')).toBe('image/jpeg');
      expect((await image.arrayBuffer()).byteLength).toBe(items[0]?.bytes);
      const keys = runKeys(run);
      for (const key of [keys.job, keys.report, keys.bill, `${keys.root}../other/items/00000/a.png`]) {
        const answer = await fetch(new URL(`files/${encodeURIComponent(key)}`, gallery.url));
        expect(answer.status).toBe(404);
      }
    } finally {
      await gallery.stop();
    }
  });

  test('shows a run that goes on as it goes on, and what is left of it when it was stopped', async ({
    open,
  }) => {
    const harness = await open({
      gallery: true,
      lanes: [{ name: 'all', concurrency: 1 }],
      emulator: { latency: { kind: 'fixed', ms: 150 } },
    });
    const items = [
      '  - { id: sun, image: The sun }',
      '  - { text: "{{ n }}", matrix: { n: [1, 2, 3, 4, 5] } }',
    ];
    const { run } = await harness.submit(job(`${items.join('\n')}\n`));
    const { store } = harness.session;
    await expect.poll(() => store.get(runKeys(run).plan), { timeout: 30_000 }).toBeDefined();
    const gallery = await openGallery(store, run, samplePageCode);
    try {
      const { info } = dataOf(await (await fetch(gallery.url)).text());
      expect(info).toMatchObject({ state: 'running', items: 6 });
      const seen: GalleryNews['items'][number][] = [];
      let news: GalleryNews | undefined;
      await expect
        .poll(
          async () => {
            const url = new URL(`${info.live?.href}?from=${news?.next ?? 0}`, gallery.url);
            news = (await (await fetch(url)).json()) as GalleryNews;
            seen.push(...news.items);
            return news.info.state;
          },
          { timeout: 60_000 },
        )
        .toBe('completed');
      expect(seen.map(({ number }) => number).toSorted((one, other) => one - other)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
      expect(news?.info).toMatchObject({ ended: { succeeded: 6 }, cost: expect.stringMatching(/^0\.\d+$/) });
      expect(seen.find(({ id }) => id === 'sun')?.thumbnail).toMatch(/^UklGR/);
      // Who asks anew is told all.
      const again = await fetch(new URL(`${info.live?.href}?from=0`, gallery.url));
      expect(((await again.json()) as GalleryNews).items).toHaveLength(6);
    } finally {
      await gallery.stop();
    }
  });

  test('has addresses that whoever has the page can read, until they expire', async ({ open }) => {
    const harness = await open({ gallery: true });
    const { run } = await harness.submit(job('  - { id: sun, image: The sun }\n'));
    await harness.finish(run);
    const { store } = harness.session;
    const folder = await temporaryFolder();
    try {
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      const sign = (key: string): Promise<string> => store.presign(key, 60);
      const links = { kind: 'presigned', sign, expiresAt } as const;
      const gallery = { code: samplePageCode, links, withArtifacts: false };
      await writeRunGallery(store, await openEnded(store, run), gallery, folder.path);
      const html = await readFile(join(folder.path, run.runId, 'index.html'), 'utf8');
      const { info, items } = dataOf(html);
      expect(info.links).toEqual({ kind: 'presigned', expiresAt });
      const link = new URL(items[0]?.link ?? '');
      expect(html).toContain(`img-src &#39;self&#39; file: data: ${link.origin};`);
      const image = await fetch(link);
      expect([image.status, (await image.arrayBuffer()).byteLength]).toEqual([200, items[0]?.bytes]);
      expect(link.searchParams.get('X-Amz-Expires')).toBe('60');
      link.searchParams.set('X-Amz-Expires', '6000');
      expect((await fetch(link)).status).toBe(403);
    } finally {
      await folder.remove();
    }
  });
});
