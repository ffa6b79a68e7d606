import type { GalleryInfo } from '../../gallery/contract.ts';
import { createFigures } from '../../gallery/figures.ts';
import { galleryInfo } from '../../gallery/gallery-info.ts';
import { readAllThumbnails } from '../../gallery/kept-thumbnails.ts';
import type { GallerySource } from '../../gallery/write-gallery.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';

/** What the gallery of a run that has ended is made of; its results are read once for the figures, and again for its pages. */
export async function gallerySource(
  store: ObjectStore,
  { run, plan, marker, pages, lines, results }: Exported,
  links: GalleryInfo['links'],
): Promise<GallerySource> {
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
    thumbnails: () => readAllThumbnails(store, run, pages()),
  };
}
