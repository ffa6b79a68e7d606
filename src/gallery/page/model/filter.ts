import type { GalleryItem } from '../../contract.ts';
import { varOf } from './axes.ts';
import { haystackOf, needlesOf } from './haystack.ts';

/** What items must be to be shown; what is `undefined` asks for nothing. */
export interface Filter {
  /** Words that all occur in what an item asks and answers. */
  readonly text: string;
  readonly status: string | undefined;
  readonly kind: string | undefined;
  readonly model: string | undefined;
  /** Class of failure. */
  readonly code: string | undefined;
  /** HTTP status of the failure. */
  readonly codeStatus: number | undefined;
  /** JSON of the value that a variable has, by its name. */
  readonly vars: ReadonlyMap<string, string>;
}

export const noFilter: Filter = {
  text: '',
  status: undefined,
  kind: undefined,
  model: undefined,
  code: undefined,
  codeStatus: undefined,
  vars: new Map(),
};

/** The items that a filter lets through, in their order. */
export function filterItems(items: readonly GalleryItem[], filter: Filter): readonly GalleryItem[] {
  if (countFilters(filter) === 0) return items;
  const needles = needlesOf(filter.text);
  return items.filter((item) => hasFields(item, filter) && hasWords(item, needles));
}

/** How many conditions a filter has. */
export function countFilters({ text, status, kind, model, code, vars }: Filter): number {
  const fields = [status, kind, model, code].filter((field) => field !== undefined);
  return fields.length + vars.size + (text.trim() === '' ? 0 : 1);
}

function hasFields(item: GalleryItem, { status, kind, model, code, codeStatus, vars }: Filter): boolean {
  if (status !== undefined && item.status !== status) return false;
  if (kind !== undefined && item.kind !== kind) return false;
  if (model !== undefined && item.model !== model) return false;
  if (code !== undefined && item.fault?.code !== code) return false;
  if (codeStatus !== undefined && item.fault?.status !== codeStatus) return false;
  for (const [name, value] of vars) if (varOf(item, name) !== value) return false;
  return true;
}

function hasWords(item: GalleryItem, needles: readonly string[]): boolean {
  if (needles.length === 0) return true;
  const haystack = haystackOf(item);
  return needles.every((needle) => haystack.includes(needle));
}
