import type { GalleryInfo } from '../../gallery/contract.ts';
import type { LinkOf } from '../../gallery/gallery-item.ts';
import type { PageCode, PageReach } from '../../gallery/page-html.ts';
import { relativeLink } from '../../gallery/relative-links.ts';
import { galleryPages } from '../../gallery/write-gallery.ts';
import { unusable } from '../../report/read-results.ts';
import { isOfItems, runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';
import { gallerySource } from './gallery-source.ts';
import type { ResultFolder } from './result-folder.ts';

/** How a gallery links to texts and images: to the copies below `items/`, or by signed addresses of the bucket. */
export type GalleryLinks =
  | { readonly kind: 'relative' }
  | {
      readonly kind: 'presigned';
      /** Until when the addresses work, ISO 8601. */
      readonly expiresAt: string;
      readonly sign: (key: string) => Promise<string>;
    };

/** Name of a gallery's page in a folder of results. */
function pageName(page: number): string {
  return page === 1 ? 'index.html' : `gallery/page-${String(page).padStart(4, '0')}.html`;
}

/** Writes the gallery of a run that has ended to a folder of this machine. */
export async function writeGalleryFiles(
  store: ObjectStore,
  exported: Exported,
  folder: ResultFolder,
  { code, links }: { readonly code: PageCode; readonly links: GalleryLinks },
): Promise<void> {
  const { told, linkOf, reach } = await waysOf(exported, links);
  const source = await gallerySource(store, exported, told);
  const hrefOf = (page: number, other: number): string => relativeLink(pageName(page), pageName(other));
  for await (const { page, chunks } of galleryPages(source, { code, reach, linkOf, hrefOf })) {
    const place = page === 1 ? folder : await folder.folder('gallery');
    await place.write(pageName(page).replace('gallery/', ''), bytesOf(chunks));
  }
}

interface Ways {
  readonly told: GalleryInfo['links'];
  readonly linkOf: (page: number) => LinkOf;
  readonly reach: PageReach;
}

async function waysOf({ run, marker }: Exported, links: GalleryLinks): Promise<Ways> {
  if (links.kind === 'relative') {
    const linkOf = (page: number): LinkOf => {
      return ({ file }) => (file === undefined ? undefined : relativeLink(pageName(page), `items/${file}`));
    };
    return { told: links, linkOf, reach: {} };
  }
  const { sign, expiresAt } = links;
  return {
    told: { kind: 'presigned', expiresAt },
    linkOf: () => (target) => {
      checkOwn(run, target.key);
      return sign(target.key);
    },
    reach: { images: [new URL(await sign(marker.marker)).origin] },
  };
}

// Whoever may change the results may not have other objects handed out by somebody who may read them.
function checkOwn(run: RunLocation, key: string): void {
  if (isOfItems(runKeys(run).root, key)) return;
  throw unusable(`the results name an object that is none of the run's: ${JSON.stringify(key)}`);
}

async function* bytesOf(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}
