import { expect, it } from 'vitest';

import { sortItems, type Sort } from '../../../src/gallery/page/model/sort.ts';
import { item } from '../support/item.ts';

const items = [
  item({ number: 1, cost: '0.10', latencyMs: 300, startedAt: '2026-05-06T12:00:02Z' }),
  item({ number: 2, cost: '0.100000000000000000001', startedAt: '2026-05-06T14:00:01+02:00' }),
  item({ number: 3, cost: '0.1', latencyMs: 100 }),
  item({ number: 4, cost: '12', latencyMs: 200, startedAt: '2026-05-06T12:00:00Z' }),
];

const order = (by: Sort['by'], descending: boolean): readonly number[] =>
  sortItems(items, { by, descending }).map(({ number }) => number);

it('puts items in the order of their exact cost, and equal ones in that of their numbers', () => {
  expect(order('cost', false)).toEqual([1, 3, 2, 4]);
  expect(order('cost', true)).toEqual([4, 2, 1, 3]);
});

it('puts items last that have no time, whichever way', () => {
  expect(order('time', false)).toEqual([3, 4, 1, 2]);
  expect(order('time', true)).toEqual([1, 4, 3, 2]);
  expect(order('started', false)).toEqual([4, 2, 1, 3]);
});

it('leaves the list itself as it is', () => {
  expect(order('number', true)).toEqual([4, 3, 2, 1]);
  expect(items[0]?.number).toBe(1);
});
