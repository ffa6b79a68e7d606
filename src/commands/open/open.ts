import { Readable } from 'node:stream';

import { PollenBatchError } from '../../errors.ts';
import { pageEnd, pageHead, pagePolicy, pageScript, type PageCode } from '../../gallery/page-html.ts';
import { galleryPage, pageCount, type GalleryPages } from '../../gallery/write-gallery.ts';
import { readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import { isOfItems, jobPrefix, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { openExport } from '../results/export-lines.ts';
import { gallerySource } from '../results/gallery-source.ts';
import {
  createPaths,
  serveGallery,
  type GalleryServer,
  type ServedGallery,
  type ServedPaths,
} from './gallery-server.ts';
import { createLiveGallery } from './live-gallery.ts';

/** A gallery that is served, and whether its run goes on. */
export interface OpenedGallery extends GalleryServer {
  readonly isLive: boolean;
}

/**
 * Serves the gallery of a run on this machine, made anew from what is in the bucket; one that goes on is shown as it goes on.
 *
 * @param code - of the page
 * @param port - 0 takes a free one
 * @throws PollenBatchError `usage` for a run that is not planned yet
 */
export async function openGallery(
  store: ObjectStore,
  run: RunLocation,
  code: PageCode,
  port = 0,
): Promise<OpenedGallery> {
  const paths = createPaths();
  const marker = await readMarker(store, run);
  const shown =
    marker === undefined
      ? await liveGallery(store, run, code, paths)
      : await endedGallery(store, run, marker, code, paths);
  const server = await serveGallery(
    { ...shown, artifact: (key) => readArtifact(store, run, key) },
    paths,
    port,
  );
  return { ...server, isLive: marker === undefined };
}

async function endedGallery(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  code: PageCode,
  paths: ServedPaths,
): Promise<Pick<ServedGallery, 'page'>> {
  const source = await gallerySource(store, await openExport(store, run, marker), { kind: 'relative' });
  const pages: GalleryPages = {
    code,
    reach: {},
    linkOf: () => (target) => paths.artifact(target.key),
    hrefOf: (_page, other) => paths.page(other),
  };
  return {
    page: async (page) =>
      page > pageCount(source)
        ? undefined
        : { policy: pagePolicy(code, {}), html: Readable.from(galleryPage(source, pages, page)) },
  };
}

async function liveGallery(
  store: ObjectStore,
  run: RunLocation,
  code: PageCode,
  paths: ServedPaths,
): Promise<Pick<ServedGallery, 'page' | 'news'>> {
  const plan = await readPlan(store, run);
  if (plan === undefined) {
    throw new PollenBatchError('usage', `run ${run.runId} is not planned yet, so there is nothing to show`, {
      remedy: 'Try again in a moment.',
    });
  }
  const linkOf: ReturnType<GalleryPages['linkOf']> = ({ key }) => paths.artifact(key);
  const live = createLiveGallery({ store, run, plan, linkOf }, paths.news);
  const reach = { live: true };
  return {
    page: async (page) => {
      if (page > 1) return undefined;
      const html = [pageHead(code, reach, live.info()), pageScript(code), pageEnd];
      return { policy: pagePolicy(code, reach), html: Readable.from(html) };
    },
    news: (from) => live.news(from),
  };
}

// Those of its own folder and, since a retry shows what its parent has made, of the other runs of its job.
async function readArtifact(
  store: ObjectStore,
  run: RunLocation,
  key: string,
): Promise<Uint8Array | undefined> {
  return isOfItems(jobPrefix(run), key) ? (await store.get(key))?.body : undefined;
}
