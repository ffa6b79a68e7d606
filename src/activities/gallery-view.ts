import { galleryInfo } from '../gallery/gallery-info.ts';
import { readAllThumbnails } from '../gallery/kept-thumbnails.ts';
import type { PageCode } from '../gallery/page-html.ts';
import { relativeLink } from '../gallery/relative-links.ts';
import { galleryPages, type GallerySource } from '../gallery/write-gallery.ts';
import { openLines } from '../report/export/open-lines.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { ClosingRun, RunView } from './run-views.ts';

/** A run does not wait longer for its gallery, in milliseconds; `open` makes it at any time. */
const PATIENCE_MS = 120_000;

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
      for await (const { page, chunks } of galleryPages(sourceOf(store, closing), pages)) {
        const parts: Buffer[] = [];
        for await (const chunk of chunks) {
          parts.push(Buffer.from(chunk));
          if (performance.now() > endsAt) throw new Error('the gallery takes too long');
        }
        yield {
          key: keys.gallery(page),
          body: Buffer.concat(parts),
          contentType: 'text/html; charset=utf-8',
        };
      }
    },
  };
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
