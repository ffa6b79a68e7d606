import { expect, it } from 'vitest';

import { cacheWords } from '../../../src/commands/render/cache-words.ts';

it('says what the bill of a run rests on', () => {
  const told = (['exact', 'paid-hit', 'none'] as const).map((mode) => cacheWords(mode));
  expect(told).toEqual([
    'exact: what the API has in its cache is free, and settles answers that were lost',
    'paid-hit: what is paid for may come from the cache of the API as well, so a hit is charged at most its price',
    'none: the API answers nothing from a cache, so an answer that was lost may have been paid for',
  ]);
});
