import { expect, it } from 'vitest';
import { findPrice, type PriceSnapshot } from '../../src/pollen/prices.ts';

const prices: PriceSnapshot = [
  { model: 'openai', kind: 'text', aliases: ['gpt-5-mini', 'mini'], rates: { promptTextTokens: '1.5e-7' } },
  { model: 'mini', kind: 'text', aliases: [], rates: {} },
  { model: 'turbo', kind: 'image', aliases: [], rates: { completionImageTokens: '0.0003' } },
];

it('finds a price by name or alias, the name first', () => {
  expect(findPrice(prices, 'text', 'gpt-5-mini')?.model).toBe('openai');
  expect(findPrice(prices, 'text', 'mini')?.model).toBe('mini');
});

it('does not find the price of another kind of call', () => {
  expect(findPrice(prices, 'text', 'turbo')).toBeUndefined();
});
