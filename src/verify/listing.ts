import type { ListedObject, ObjectStore } from '../storage/object-store.ts';
import type { Findings } from './findings.ts';
import type { PageObject } from './item-left.ts';
import { placeOf, type Place } from './places.ts';

/** A run's objects, listed once and looked at as they come. */
export interface RunListing {
  /** What lies below the folder of a page; pages are asked for in their order. */
  page(page: number): Promise<readonly PageObject[]>;
  /** Looks at all others, and gives those that are not looked at elsewhere. */
  rest(): Promise<{
    readonly inputs: readonly { readonly name: string; readonly sha256: string }[];
  }>;
  readonly count: () => { readonly objects: number; readonly bytes: number };
}

export interface ListingOptions {
  /** Digest of the plan that counts, and its pages. */
  readonly digest: string;
  readonly pages: ReadonlySet<number>;
  /** When the store took the marker; absent while there is none. */
  readonly markerAt: Date | undefined;
  /** Names of items' objects of which a copy in `late/` tells. */
  readonly apart: ReadonlySet<string>;
  readonly findings: Findings;
}

/** Clocks of a store's servers that differ by less are no reason to doubt. */
const CLOCKS_MS = 2_000;

/** What may come after the marker. */
const AFTER: ReadonlySet<Place['kind']> = new Set(['late', 'correction']);

/** Lists a run's folder. */
export function createListing(
  store: ObjectStore,
  root: string,
  { digest, pages, markerAt, apart, findings }: ListingOptions,
): RunListing {
  const objects = store.list(root)[Symbol.asyncIterator]();
  const inputs: { readonly name: string; readonly sha256: string }[] = [];
  let held: ListedObject | undefined;
  let count = 0;
  let bytes = 0;

  async function next(): Promise<ListedObject | undefined> {
    const object = held ?? ((await objects.next()).value as ListedObject | undefined);
    held = undefined;
    return object;
  }
  function look({ key, bytes: size, modified }: ListedObject): Place & { readonly below: string } {
    const below = key.slice(root.length);
    const place = placeOf(below, digest);
    count += 1;
    bytes += size;
    if (
      markerAt !== undefined &&
      !AFTER.has(place.kind) &&
      !(place.kind === 'item' && apart.has(place.name)) &&
      modified.getTime() > markerAt.getTime() + CLOCKS_MS
    ) {
      findings.add('object-late', below, `nothing after ${markerAt.toISOString()}`, modified.toISOString());
    }
    return { ...place, below };
  }
  function other(place: Place & { readonly below: string }): void {
    const isPlanned = 'page' in place && pages.has(place.page);
    if (place.kind === 'input') inputs.push({ name: place.below, sha256: place.sha256 });
    else if (place.kind === 'unasked' || ('page' in place && (place.kind === 'item' || !isPlanned))) {
      findings.add('object-unasked', place.below, 'objects that the run has asked for', 'another one');
    }
  }

  return {
    async page(page) {
      const end = `${root}items/${String(page).padStart(5, '0')}0`;
      const found: PageObject[] = [];
      for (let object = await next(); object !== undefined; object = await next()) {
        // A digit comes after a slash: what does is none of the page's.
        if (object.key >= end) {
          held = object;
          break;
        }
        const place = look(object);
        if (place.kind === 'item' && place.page === page) {
          found.push({ name: place.name, number: place.number, bytes: object.bytes });
        } else other(place);
      }
      return found;
    },
    async rest() {
      for (let object = await next(); object !== undefined; object = await next()) other(look(object));
      return { inputs };
    },
    count: () => ({ objects: count, bytes }),
  };
}
