import { describe, expect, it } from 'vitest';
import { readModels } from '../../src/pollinations/models.ts';

describe('a models answer', () => {
  it('may be names alone', () => {
    expect(readModels(['flux', 'kontext'])).toEqual([
      { id: 'flux', aliases: [], surcharges: false },
      { id: 'kontext', aliases: [], surcharges: false },
    ]);
  });

  it('may be objects without prices, with one alias as text', () => {
    const entry = {
      name: 'openai',
      description: 'GPT-5 mini',
      tier: 'seed',
      community: false,
      aliases: 'gpt-5-mini',
    };
    expect(readModels([entry])).toEqual([
      { id: 'openai', aliases: ['gpt-5-mini'], description: 'GPT-5 mini', surcharges: false },
    ]);
  });

  it('may have prices as numbers, which are read digit for digit', () => {
    const answer = JSON.parse(
      '[{"name":"openai","aliases":["gpt-5-mini"],"pricing":{"currency":"pollen","promptTextTokens":1.5e-7,"promptCachedTokens":0.00000004,"completionTextTokens":6e-7}}]',
    ) as unknown;
    expect(readModels(answer)[0]?.rates).toEqual({
      promptTextTokens: '1.5e-7',
      promptCachedTokens: '4e-8',
      completionTextTokens: '6e-7',
    });
  });

  it('may have prices as fixed-point text, and members that are not known', () => {
    const entry = {
      name: 'seedream',
      aliases: [],
      category: 'image',
      pricing: { currency: 'pollen', completionImageTokens: '0.03' },
      pricing_variants: [{ name: '4k', pricing: {} }],
      paid_only: true,
      health: { status: 'ok' },
    };
    expect(readModels([entry])).toEqual([
      {
        id: 'seedream',
        aliases: [],
        rates: { completionImageTokens: '0.03' },
        surcharges: true,
        paidOnly: true,
      },
    ]);
  });

  it('may be the OpenAI form', () => {
    expect(readModels({ object: 'list', data: [{ id: 'openai', object: 'model' }] })).toMatchObject([
      { id: 'openai' },
    ]);
  });

  it('tells a free model, whose zero rates are left out, from one without a price', () => {
    const free = { name: 'a', pricing: { currency: 'pollen', promptTextTokens: 0 } };
    expect(readModels([free])[0]?.rates).toEqual({});
    expect(readModels([{ name: 'b' }])[0]).not.toHaveProperty('rates');
  });

  it('does not take a price in units it cannot count for a price', () => {
    const entry = { name: 'c', pricing: { currency: 'pollen', promptTextTokens: '1e-6', perMoonPhase: '3' } };
    expect(readModels([entry])[0]).not.toHaveProperty('rates');
  });

  it.each([
    [{ error: 'no' }, 'a list of models was expected'],
    [null, 'a list of models was expected'],
    [['flux', 7], 'entry 1 of the list of models has no name: 7'],
    [[{ title: 'x' }], 'entry 0 of the list of models has no name'],
    [[{ name: 'x', pricing: 'free' }], 'the price of x is not an object'],
    [
      [{ name: 'x', pricing: { promptTextTokens: -1 } }],
      'the promptTextTokens price of x cannot be read: -1',
    ],
    [
      [{ name: 'x', pricing: { promptTextTokens: 'dear' } }],
      'the promptTextTokens price of x cannot be read',
    ],
    [[{ name: 'x', pricing: { promptTextTokens: null } }], 'the promptTextTokens price of x cannot be read'],
  ])('is refused with the reason when it is %j', (answer, message) => {
    expect(() => readModels(answer)).toThrow(message);
  });
});
