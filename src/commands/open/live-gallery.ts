import { mapAtOnce } from '../../at-once.ts';
import type { GalleryInfo, GalleryItem, GalleryNews } from '../../gallery/contract.ts';
import { createFigures } from '../../gallery/figures.ts';
import { galleryInfo } from '../../gallery/gallery-info.ts';
import { galleryItem, type LinkOf } from '../../gallery/gallery-item.ts';
import { ITEMS_PER_PAGE } from '../../gallery/write-gallery.ts';
import type { Plan } from '../../plan/plan.ts';
import { readMarker, type Marker } from '../../records/run-store.ts';
import { createRecords } from '../../records/record-store.ts';
import { addTallies, emptyTally } from '../../records/tally.ts';
import { digitsFor } from '../../report/export/file-names.ts';
import { exportLine } from '../../report/export/export-line.ts';
import { readPlanned } from '../../report/export/read-planned.ts';
import { readSealedLines } from '../../report/page-records.ts';
import { readThumbnails } from '../../gallery/kept-thumbnails.ts';
import { isMissing, tallyLine, type ResultLine } from '../../report/result-line.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { bucketSource } from '../retry/bucket-source.ts';
import { openExport } from '../results/export-lines.ts';

/** Pages of a plan that are looked into at once, and records that are read at once. */
const AT_ONCE = 8;
/** Items of one answer. */
const MOST_ITEMS = 1_000;

/** What has come of a run that goes on. */
export interface LiveGallery {
  /** All that the page is to know at first, without items. */
  info(): GalleryInfo;
  /** Looks into the bucket, and tells what has come after the first `from` items. */
  news(from: number): Promise<GalleryNews>;
}

/**
 * Follows a run by what it leaves in the bucket. As many items are shown as one page has; the figures are of all.
 *
 * @param href - where the page asks for news
 */
export function createLiveGallery(
  { store, run, plan, linkOf }: { store: ObjectStore; run: RunLocation; plan: Plan; linkOf: LinkOf },
  href: string,
): LiveGallery {
  const keys = runKeys(run);
  const source = bucketSource(store);
  const records = createRecords(store);
  const digits = digitsFor(plan.items);
  const figures = createFigures();
  const seen = new Set<number>();
  const endedIn = new Map<number, number>();
  const items: (GalleryItem & { readonly thumbnail?: string })[] = [];
  let tally = emptyTally;
  let marker: Marker | undefined;
  let looking: Promise<void> | undefined;

  function count(line: ResultLine): void {
    seen.add(line.number);
    tally = addTallies(tally, tallyLine(line));
    figures.add(line);
  }

  async function look(): Promise<void> {
    if (marker !== undefined) return;
    // Before the records: what comes after it is in the results.
    const found = await readMarker(store, run);
    const open = plan.pages.filter(({ page, calls }) => (endedIn.get(page) ?? 0) < calls);
    await mapAtOnce(open, AT_ONCE, ({ page }) => lookInto(page));
    if (found === undefined) return;
    const rest = await openExport(store, run, found);
    for await (const line of rest.lines()) {
      if (seen.has(line.number)) continue;
      count(line);
      if (items.length < ITEMS_PER_PAGE) items.push(await galleryItem(line, linkOf));
    }
    marker = found;
  }

  async function lookInto(page: number): Promise<void> {
    const sealed = await readSealedLines(source, run, page);
    if (sealed !== undefined && !sealed.some(isMissing)) return takeSealed(page, sealed);
    const fresh: string[] = [];
    for await (const { key } of store.list(keys.itemPrefix(page))) {
      const name = parseRecordKey(key);
      if (name !== undefined && !seen.has(name.number)) fresh.push(key);
    }
    const read = await mapAtOnce(fresh, AT_ONCE, (key) => records.readKept(key));
    const kept = read.filter((one) => one !== undefined);
    const lines = kept.map(({ record }): ResultLine => {
      return { ...record, key: keys.record(page, record.number, record.id) };
    });
    const thumbnails = new Map(kept.map(({ record, thumbnail }) => [record.number, thumbnail]));
    await take(page, lines, ({ number }) => thumbnails.get(number));
  }

  // One object in place of each record.
  async function takeSealed(page: number, lines: readonly ResultLine[]): Promise<void> {
    const images = new Map(
      (await readThumbnails(store, run, page)).map(({ number, image }) => [number, image]),
    );
    const fresh = lines.filter(({ number }) => !seen.has(number));
    await take(page, fresh, (line) => images.get(line.number));
    endedIn.set(page, Infinity);
  }

  async function take(
    page: number,
    lines: readonly ResultLine[],
    thumbnailOf: (line: ResultLine) => string | undefined,
  ): Promise<void> {
    const planned = await readPlanned(source, run, page, lines);
    for (const line of lines) {
      count(line);
      endedIn.set(page, (endedIn.get(page) ?? 0) + 1);
      if (items.length >= ITEMS_PER_PAGE) continue;
      const item = await galleryItem(exportLine(line, planned.get(line.number), digits), linkOf);
      const thumbnail = thumbnailOf(line);
      items.push({ ...item, ...(thumbnail === undefined ? {} : { thumbnail }) });
    }
  }

  const info = (): GalleryInfo => {
    const end = marker === undefined ? undefined : { state: marker.state, endedAt: marker.endedAt };
    const told = { run, plan, state: 'running' as const, ...end, tally, figures: figures.figures() };
    return { ...galleryInfo(told, { kind: 'relative' }), live: { href } };
  };
  return {
    info,
    async news(from) {
      // Several pages that ask at once are told of one look.
      looking ??= look().finally(() => (looking = undefined));
      await looking;
      const fresh = items.slice(from, from + MOST_ITEMS);
      const next = Math.min(from, items.length) + fresh.length;
      const told = info();
      // It asks again as long as there is more.
      const isAll = next === items.length;
      return { info: isAll ? told : { ...told, state: 'running' }, items: fresh, next };
    },
  };
}
