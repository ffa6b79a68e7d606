import { galleryInfo } from '../gallery/gallery-info.ts';
import { readAllThumbnails } from '../gallery/kept-thumbnails.ts';
import type { PageCode } from '../gallery/page-html.ts';
import { relativeLink } from '../gallery/relative-links.ts';
import { galleryPages, type GallerySource } from '../gallery/write-gallery.ts';
import { openLines } from '../report/export/open-lines.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { ClosingRun, RunView, ViewFile } from './run-views.ts';

/** A run does not wait longer for its gallery, in milliseconds; `open` makes it at any time. */
const PATIENCE_MS = 120_000;
/** Bytes of a page that a worker holds at once; `open` makes larger ones. */
const MOST_BYTES = 96 * 1024 * 1024;

/**
 * The gallery of a run, as pages whose links lead to what lies beside them in the bucket.
 *
 * @param code - of the page
 */
export function createGalleryView(store: ObjectStore, code: () => Promise<PageCode>): RunView {
  return {
    name: 'index.html',
    async *files(closing) {
      const endsAt = performance.now() + PATIENCE_MS;
      const keys = runKeys(closing.run);
      const pages = {
        code: await code(),
        reach: {},
        linkOf:
          (page: number) =>
          ({ key }: { readonly key: string }) =>
            relativeLink(keys.gallery(page), key),
        hrefOf: (page: number, other: number) => relativeLink(keys.gallery(page), keys.gallery(other)),
      };
      let first: ViewFile | undefined;
      for await (const { page, chunks } of galleryPages(sourceOf(store, closing), pages)) {
        const body = await bytesOf(chunks, endsAt);
        const file = { key: keys.gallery(page), body, contentType: 'text/html; charset=utf-8' };
        if (page === 1) first = file;
        else yield file;
      }
      // The one that leads to the others comes last, so that it leads to none that is not there.
      if (first !== undefined) yield first;
    },
  };
}

async function bytesOf(chunks: AsyncIterable<string>, endsAt: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const part = Buffer.from(chunk);
    parts.push(part);
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new Error('the gallery is too large');
    if (performance.now() > endsAt) throw new Error('the gallery takes too long');
  }
  return Buffer.concat(parts);
}

function sourceOf(store: ObjectStore, { run, plan, report, parts, figures }: ClosingRun): GallerySource {
  const { state, endedAt, tally } = report;
  const { lines, pages } = openLines(store, { run, parts, plan });
  return {
    info: galleryInfo({ run, plan, state, endedAt, tally, figures }, { kind: 'relative' }),
    items: plan.items,
    lines,
    thumbnails: () => readAllThumbnails(store, run, pages()),
  };
}
