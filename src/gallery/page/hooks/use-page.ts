import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import type { GalleryInfo } from '../../contract.ts';
import type { Thumbnails } from '../data/thumbnails.ts';
import type { Filter } from '../model/filter.ts';

/** What every picture and link of the page needs to know. */
export interface PageContext {
  readonly thumbnails: Thumbnails;
  readonly linkKind: GalleryInfo['links']['kind'];
  /** Opens an item by its number. */
  readonly open: (number: number) => void;
  /** Shows the items that another filter lets through, made of the one that there is. */
  readonly show: (next: (now: Filter) => Filter) => void;
}

export const Page = createContext<PageContext | undefined>(undefined);

export function usePage(): PageContext {
  const page = useContext(Page);
  if (page === undefined) throw new Error('no page around this part of it');
  return page;
}
