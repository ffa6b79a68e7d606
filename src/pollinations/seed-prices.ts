import type { PriceSnapshot } from '../pollen/prices.ts';

/**
 * Prices of the first published API, whose model lists have none (October 2025, `shared/registry` and
 * POLLEN_FAQ.md). Models that are missing here have no known price until a price file gives one.
 */
export const seedPrices: PriceSnapshot = [
  { model: 'flux', kind: 'image', aliases: [], rates: {} },
  { model: 'openai-fast', kind: 'text', aliases: [], rates: {} },
  { model: 'chickytutor', kind: 'text', aliases: [], rates: {} },
  { model: 'midijourney', kind: 'text', aliases: [], rates: {} },
  {
    model: 'openai',
    kind: 'text',
    aliases: [],
    rates: { promptTextTokens: '2.5e-7', promptCachedTokens: '2.5e-8', completionTextTokens: '2e-6' },
  },
  { model: 'kontext', kind: 'image', aliases: [], rates: { completionImageTokens: '0.04' } },
  { model: 'turbo', kind: 'image', aliases: [], rates: { completionImageTokens: '0.0027' } },
  { model: 'gptimage', kind: 'image', aliases: [], rates: { completionImageTokens: '8e-6' } },
];
