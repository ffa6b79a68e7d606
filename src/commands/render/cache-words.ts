import type { CacheMode } from '../../pollen/settle.ts';

/** What a bill rests on: what a hit of the API's cache says about money. */
export function cacheWords(mode: CacheMode): string {
  return `${mode}: ${words[mode]}`;
}

const words: Readonly<Record<CacheMode, string>> = {
  exact: 'what the API has in its cache is free, and settles answers that were lost',
  'paid-hit':
    'what is paid for may come from the cache of the API as well, so a hit is charged at most its price',
  none: 'the API answers nothing from a cache, so an answer that was lost may have been paid for',
};
