import { describe, expect, it } from 'vitest';

import { retryItem, type RetryContext } from '../../src/plan/retry-item.ts';
import { stableSeed } from '../../src/plan/seed.ts';
import type { PlannedItem } from '../../src/plan/plan.ts';
import { imageStep, itemOf, planOne, textStep } from '../support/planning.ts';
import { api, prices } from '../support/samples.ts';

const params = { model: 'openai', max_tokens: 100 };
const laneOf = (model: string): string => (model === 'flux' ? 'pictures' : 'all');
const context: RetryContext = {
  api,
  prices,
  laneOf,
  newSeed: (id, step) => stableSeed('bees-0a1b2c3d4e-retry1', id, ...(step === undefined ? [] : [step])),
};
const open = { kind: 'open', bad: [] } as const;

const text = textStep('One line', { params });
const picture = imageStep('A lamp');
const list = textStep('Three names', { id: 'list', params, output: { format: 'json', repair: 2 } });
const each = imageStep('A {{ each }} {{ row.style }}', {
  id: 'each',
  needs: ['list'],
  forEach: { step: 'list', path: [], max: 4 },
  scope: { row: { style: 'sketch' } },
});
const last = textStep('{{ steps.list.text }}: {{ steps.list.text | upcase }}', {
  id: 'last',
  needs: ['list', 'each'],
  scope: {},
  params,
});
const looking = textStep('Look', {
  id: 'look',
  params,
  images: ['{{ steps.each | map: "image" }}'],
  scope: {},
});

const dearer = prices.map((price) => ({
  ...price,
  rates: Object.fromEntries(Object.entries(price.rates).map(([type, rate]) => [type, `${Number(rate) * 2}`])),
}));

function maximaOf(item: PlannedItem): readonly (string | null)[] {
  return 'steps' in item ? item.steps.map(({ maximum }) => maximum) : [item.maximum];
}

describe('an item that is retried', () => {
  it('keeps its number, id, bytes and digest, and is known to share them with the parent', async () => {
    const single = await planOne(itemOf(text));
    expect(retryItem(single, open, context)).toEqual({ ...single, shared: true });
    const chained = await planOne(itemOf([list, each, last]));
    const retried = retryItem(chained, open, context);
    expect(retried).toMatchObject({ number: 1, id: 'hive', digest: chained.digest });
    expect('steps' in retried && retried.steps.every(({ shared }) => shared === true)).toBe(true);
  });

  it.each([
    ['a text', [text]],
    ['a picture', [picture]],
    ['steps with lists and mended answers', [list, each, last]],
    ['a step that looks at pictures', [list, each, { ...looking, needs: ['each'] }]],
  ])('may cost at most what planning it today says: %s', async (_name, steps) => {
    for (const now of [prices, dearer]) {
      const [then, today] = [await planOne(itemOf(steps)), await planOne(itemOf(steps), { prices: now })];
      expect(maximaOf(retryItem(then, open, { ...context, prices: now }))).toEqual(maximaOf(today));
    }
  });

  it('is taken over where it is done', async () => {
    const item = await planOne(itemOf(text));
    const work = { runId: 'bees-0a1b2c3d4e', key: 'key' };
    expect(retryItem(item, { kind: 'done', work }, context)).toEqual({ ...item, reuse: work });
  });

  it('gets another seed where its answer is bad for good, and nothing else changes', async () => {
    const item = await planOne(itemOf(textStep('One line', { params: { ...params, seed: 7 } })));
    const retried = retryItem(item, { kind: 'open', bad: 'call' }, context);
    if ('steps' in retried || 'steps' in item) throw new Error('these are single calls');
    expect(retried.seed).toBe(stableSeed('bees-0a1b2c3d4e-retry1', 'hive'));
    expect(retried).not.toHaveProperty('shared');
    expect(retried.digest).not.toBe(item.digest);
    const { seed, ...sent } = JSON.parse(retried.request.body ?? '') as { readonly seed: number };
    expect(seed).toBe(retried.seed);
    expect({ ...sent, seed: 7 }).toEqual(JSON.parse(item.request.body ?? ''));

    const drawn = await planOne(itemOf(picture));
    const other = retryItem(drawn, { kind: 'open', bad: 'call' }, context);
    if ('steps' in other || 'steps' in drawn) throw new Error('these are single calls');
    expect(other.request.path).toBe(drawn.request.path.replace(`seed=${drawn.seed}`, `seed=${other.seed}`));
  });

  it('gets it for the steps alone whose answers are bad, whose requests are made anew', async () => {
    const item = await planOne(itemOf([list, each, last]));
    const begun = { runId: 'bees-0a1b2c3d4e', prefix: 'prefix', done: ['list'] };
    const retried = retryItem(item, { kind: 'open', bad: ['last'], begun }, context);
    if (!('steps' in retried) || !('steps' in item)) throw new Error('these are chains');
    expect(retried.steps.map(({ seed }, index) => seed === item.steps[index]?.seed)).toEqual([
      true,
      true,
      false,
    ]);
    expect(retried.begun).toEqual({ ...begun, reseeded: ['last'] });
    expect(retried.digest).not.toBe(item.digest);
  });
});
