import { useEffect, useState } from 'preact/hooks';

import type { GalleryInfo, GalleryItem } from '../../contract.ts';
import { followNews } from '../data/news.ts';
import type { Thumbnails } from '../data/thumbnails.ts';
import { safeLink } from '../model/link.ts';
import { mergeItems } from '../model/merge.ts';

/** A run as the page knows it by now. */
export interface Run {
  readonly info: GalleryInfo;
  readonly items: readonly GalleryItem[];
  /** Seconds until the page asks again a server that did not answer. */
  readonly lostFor?: number;
}

/** The run that the page came with, and of a live page, what has come since. */
export function useLive(first: Run, thumbnails: Thumbnails): Run {
  const [run, setRun] = useState(first);
  useEffect(() => {
    const { live, state } = first.info;
    const href = safeLink(live?.href, 'relative');
    if (href === undefined || state !== 'running') return undefined;
    return followNews(href, {
      heard: ({ info, items }) => {
        for (const { number, thumbnail } of items)
          if (thumbnail !== undefined) thumbnails.add(number, thumbnail);
        setRun((before) => ({ info, items: mergeItems(before.items, items) }));
      },
      lost: (seconds) => setRun((before) => ({ ...before, lostFor: seconds })),
    });
  }, [first, thumbnails]);
  return run;
}
