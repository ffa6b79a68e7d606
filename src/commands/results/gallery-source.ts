import { createFigures } from '../../gallery/figures.ts';
import { galleryInfo } from '../../gallery/gallery-info.ts';
import { thumbnailsOf } from '../../gallery/kept-thumbnails.ts';
import type { GalleryInfo } from '../../gallery/contract.ts';
import type { GallerySource } from '../../gallery/write-gallery.ts';
import { inOrder } from '../../report/export/in-order.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';

/** What the gallery of a run that has ended is made of; its results are read once for the figures, and again for each page. */
export async function gallerySource(
  store: ObjectStore,
  exported: Exported,
  links: GalleryInfo['links'],
): Promise<GallerySource> {
  const { run, plan, marker, streams, lines, results } = exported;
  const figures = createFigures();
  let items = 0;
  for await (const line of results()) {
    figures.add(line);
    items += 1;
  }
  const { state, endedAt, tally } = marker;
  return {
    info: galleryInfo({ run, plan, state, endedAt, tally, figures: figures.figures() }, links),
    items,
    lines,
    thumbnails: () => inOrder(streams.map((pages) => thumbnailsOf(store, run, pages))),
  };
}
