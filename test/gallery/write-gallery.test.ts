import { expect, it } from 'vitest';

import type { GalleryInfo } from '../../src/gallery/contract.ts';
import type { Thumbnail } from '../../src/gallery/kept-thumbnails.ts';
import { galleryPage, galleryPages, type GalleryPages } from '../../src/gallery/write-gallery.ts';
import { exportLine } from '../../src/report/export/export-line.ts';
import { succeeded } from '../support/samples.ts';

const info: GalleryInfo = {
  version: 1,
  runId: 'bees-0a1b2c3d4e',
  job: '</title><script>alert(1)</script>',
  state: 'completed',
  startedAt: '2026-01-02T03:04:05.000Z',
  items: 3,
  ended: { succeeded: 3, failed: 0, cancelled: 0, expired: 0 },
  cost: '0',
  figures: { models: [], latencyBoundsMs: [], failures: [], axes: [] },
  links: { kind: 'relative' },
};

const pages: GalleryPages = {
  code: { script: 'run()', style: 'p{}' },
  reach: {},
  linkOf: () => () => undefined,
  hrefOf: (page, other) => `${page}-to-${other}.html`,
};

function sourceOf(items: number, text = 'A bee', pictured = (number: number) => number % 2 === 0) {
  return {
    info: { ...info, items },
    items,
    async *lines() {
      for (let number = 1; number <= items; number += 1)
        yield exportLine(succeeded({ number, id: `i${number}`, text }), undefined, 5);
    },
    async *thumbnails(): AsyncGenerator<Thumbnail> {
      for (let number = 1; number <= items; number += 1)
        if (pictured(number)) yield { number, image: `A${number}` };
    },
  };
}

async function written(source: ReturnType<typeof sourceOf>) {
  const files: string[] = [];
  for await (const { page, chunks } of galleryPages(source, pages)) {
    let html = '';
    for await (const chunk of chunks) html += chunk;
    files[page - 1] = html;
  }
  return files;
}

/** The blocks of data of a page, as a browser would find them. */
function blocksOf(html: string) {
  const found = html.matchAll(/<script type="application\/json" (?:id|class)="([^"]*)">([^]*?)<\/script>/g);
  return [...found].map(([, name = '', json = '']) => ({ name, data: JSON.parse(json) as unknown }));
}

const numbersIn = (html: string): readonly number[] =>
  blocksOf(html)
    .filter(({ name }) => name === 'items')
    .flatMap(({ data }) => (data as { readonly number: number }[]).map(({ number }) => number));

it('puts every item and every thumbnail into the page, in their order, the code between them', async () => {
  const [html = ''] = await written(sourceOf(1_201));
  expect(numbersIn(html)).toEqual(Array.from({ length: 1_201 }, (_, index) => index + 1));
  const names = blocksOf(html).map(({ name }) => name);
  expect(names).toEqual([
    'info',
    'items',
    'items',
    'items',
    ...[0, 1, 2, 3, 4].map((one) => `thumbnails-${one}`),
  ]);
  expect(blocksOf(html).at(-1)?.data).toMatchObject({ 1000: 'A1000', 1200: 'A1200' });
  expect(html.indexOf('<script>run()</script>')).toBeGreaterThan(html.lastIndexOf('class="items"'));
  expect(html.indexOf('<script>run()</script>')).toBeLessThan(html.indexOf('id="thumbnails-0"'));
});

it('goes on in further files above 10,000 items, each with its own thumbnails and links to the others', async () => {
  const source = sourceOf(20_001, '', (number) => number % 5_000 === 0);
  const files = await written(source);
  expect(files.map((html) => numbersIn(html).length)).toEqual([10_000, 10_000, 1]);
  expect(numbersIn(files[1] ?? '')[0]).toBe(10_001);
  const thumbnails = files.map((html) =>
    blocksOf(html)
      .filter(({ name }) => name.startsWith('thumbnails'))
      .flatMap(({ data }) => Object.keys(data as object)),
  );
  expect(thumbnails).toEqual([['5000', '10000'], ['15000', '20000'], []]);
  expect(blocksOf(files[1] ?? '')[0]?.data).toMatchObject({
    pages: { page: 2, hrefs: ['2-to-1.html', '2-to-2.html', '2-to-3.html'] },
  });
  let alone = '';
  for await (const chunk of galleryPage(source, pages, 2)) alone += chunk;
  expect(alone).toBe(files[1]);
});

it('lets no text end the block that it stands in', async () => {
  const text = '</script><script>alert(1)</script><!-- <script>';
  const [html = ''] = await written(sourceOf(1, text));
  expect(html.match(/<script/g)).toHaveLength(3);
  expect(html).not.toContain('alert(1)</script>');
  expect(html).not.toContain('<!--');
  expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;');
  expect(blocksOf(html)[1]?.data).toMatchObject([{ text }]);
});

it('lets nothing run but its own code, and asks for nothing but pictures', async () => {
  const [html = ''] = await written(sourceOf(1));
  const policy = /content="([^"]*)">/.exec(html)?.[1]?.replaceAll('&#39;', "'") ?? '';
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    expect.stringMatching(/^script-src 'sha256-[A-Za-z0-9+/]{43}='$/),
    expect.stringMatching(/^style-src 'sha256-[A-Za-z0-9+/]{43}='$/),
    "img-src 'self' file: data:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});
