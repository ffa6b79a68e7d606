import type { sharp } from './sharp.ts';

/** Makes a small picture of an image: WebP in base64, a few KB; `undefined` where none can be made. */
export type MakeThumbnail = (image: Uint8Array) => Promise<string | undefined>;

/** Longest side, in pixels. */
const SIDE = 160;
/** What draws the images that answers are. */
const readers = ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}`);
/** Larger images are not drawn: what an answer unpacks to must not take the worker's memory. */
const MOST_PIXELS = 64_000_000;
const SECONDS = 10;
/** A record must not grow by much; of a picture of this size, pure noise has half as many bytes. */
const MOST_BYTES = 12 * 1024;

/**
 * Makes thumbnails, off the main thread. What the library does not know, or cannot read, has none: a result is one without
 * it. So is every image where the library has no build for the machine.
 */
export function createThumbnails(): MakeThumbnail {
  let library: Promise<typeof sharp | undefined> | undefined;
  return async (image) => {
    library ??= import('./sharp.ts').then(
      (loaded) => {
        loaded.sharp.cache(false);
        // Answers are these, whatever their bytes call themselves; other readers have larger programs behind them.
        loaded.sharp.block({ operation: ['VipsForeignLoad'] });
        loaded.sharp.unblock({ operation: readers });
        return loaded.sharp;
      },
      () => undefined,
    );
    const open = await library;
    try {
      const bytes = await open?.(image, { limitInputPixels: MOST_PIXELS, sequentialRead: true })
        .timeout({ seconds: SECONDS })
        .autoOrient()
        .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality: 50, effort: 2 })
        .toBuffer();
      return bytes === undefined || bytes.byteLength > MOST_BYTES ? undefined : bytes.toString('base64');
    } catch {
      return undefined;
    }
  };
}
