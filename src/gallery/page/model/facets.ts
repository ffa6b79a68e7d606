import type { GalleryFigures, GalleryItem } from '../../contract.ts';

/** What items differ in, and so can be chosen by. */
export interface Facets {
  readonly statuses: readonly string[];
  readonly kinds: readonly string[];
  readonly models: readonly string[];
  readonly codes: readonly string[];
  readonly axes: GalleryFigures['axes'];
}

const statuses: readonly string[] = ['succeeded', 'failed', 'cancelled', 'expired'];

/** Looks what the items of a page differ in. */
export function facetsOf(items: readonly GalleryItem[], figures: GalleryFigures): Facets {
  const seen = {
    statuses: new Set<string>(),
    kinds: new Set<string>(),
    models: new Set<string>(),
    codes: new Set<string>(),
  };
  for (const { status, kind, model, fault } of items) {
    seen.statuses.add(status);
    seen.kinds.add(kind);
    seen.models.add(model);
    if (fault !== undefined) seen.codes.add(fault.code);
  }
  return {
    statuses: statuses.filter((status) => seen.statuses.has(status)),
    kinds: [...seen.kinds].sort(),
    models: [...seen.models].sort(),
    codes: [...seen.codes].sort(),
    axes: figures.axes,
  };
}
