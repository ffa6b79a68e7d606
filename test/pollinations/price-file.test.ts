import { expect, it } from 'vitest';
import { parsePriceFile } from '../../src/pollinations/price-file.ts';

it('reads prices by kind and model, and a model without rates as free', () => {
  const text =
    '{"text":{"openai":{"promptTextTokens":"2.5e-7","completionTextTokens":"2e-6"}},"image":{"flux":{}}}';
  expect(parsePriceFile(text, 'prices.json')).toEqual([
    {
      model: 'openai',
      kind: 'text',
      aliases: [],
      rates: { promptTextTokens: '2.5e-7', completionTextTokens: '2e-6' },
    },
    { model: 'flux', kind: 'image', aliases: [], rates: {} },
  ]);
});

it.each([
  'not json',
  '[]',
  '{"video":{}}',
  '{"text":{"openai":{"promptTextTokens":2.5e-7}}}',
  '{"text":{"openai":{"promptTextTokens":"-1"}}}',
  '{"text":{"openai":{"promptTokens":"1"}}}',
])('refuses %s, and names the file', (text) => {
  expect(() => parsePriceFile(text, 'prices.json')).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: expect.stringContaining('prices.json') as string,
    }),
  );
});
