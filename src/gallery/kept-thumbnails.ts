import { unlessDamaged } from '../records/unless-damaged.ts';
import { inOrder } from '../report/export/in-order.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** A small picture of an item's image: WebP in base64. */
export interface Thumbnail {
  readonly number: number;
  readonly image: string;
}

/** Puts the thumbnails of a page together, so that its gallery need not read each record for one. */
export async function keepThumbnails(
  store: ObjectStore,
  run: RunLocation,
  page: number,
  thumbnails: ReadonlyMap<number, string>,
): Promise<void> {
  if (thumbnails.size === 0) return;
  const lines = [...thumbnails]
    .sort(([left], [right]) => left - right)
    .map(([number, image]) => `${JSON.stringify({ number, image } satisfies Thumbnail)}\n`);
  await store.put(runKeys(run).thumbnails(page), lines.join(''), { contentType: 'application/x-ndjson' });
}

/** The thumbnails of a page, in the order of its items; none where none were kept, or they are damaged. */
export async function readThumbnails(
  store: ObjectStore,
  run: RunLocation,
  page: number,
): Promise<readonly Thumbnail[]> {
  const found = await unlessDamaged(async () => {
    const object = await store.get(runKeys(run).thumbnails(page));
    const lines =
      object === undefined ? [] : Buffer.from(object.body).toString('utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as unknown).filter(isThumbnail);
  });
  return found ?? [];
}

function isThumbnail(value: unknown): value is Thumbnail {
  const { number, image } = (value ?? {}) as Partial<Record<string, unknown>>;
  // It becomes part of an address.
  return Number.isSafeInteger(number) && typeof image === 'string' && /^[A-Za-z0-9+/]+=*$/.test(image);
}

/**
 * The thumbnails of a run, in the order of its items.
 *
 * @param streams - pages whose numbers rise
 */
export function readAllThumbnails(
  store: ObjectStore,
  run: RunLocation,
  streams: readonly (readonly number[])[],
): AsyncIterable<Thumbnail> {
  async function* thumbnailsOf(pages: readonly number[]): AsyncGenerator<Thumbnail> {
    for (const page of pages) yield* await readThumbnails(store, run, page);
  }
  return inOrder(streams.map(thumbnailsOf));
}
