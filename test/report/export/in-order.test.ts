import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { inOrder } from '../../../src/report/export/in-order.ts';

async function* stream(numbers: readonly number[], ended: () => void = () => {}) {
  try {
    for (const number of numbers) yield { number };
  } finally {
    ended();
  }
}

it('puts streams together in the order of their numbers, each entry once', async () => {
  const streams = fc.array(fc.uniqueArray(fc.nat(50)));
  await fc.assert(
    fc.asyncProperty(streams, async (lists) => {
      const sorted = lists.map((list) => list.toSorted((left, right) => left - right));
      const numbers: number[] = [];
      for await (const { number } of inOrder(sorted.map((list) => stream(list)))) numbers.push(number);
      expect(numbers).toEqual(lists.flat().sort((left, right) => left - right));
    }),
  );
});

it('ends all streams when nobody wants more', async () => {
  let ended = 0;
  const end = (): void => void (ended += 1);
  for await (const { number } of inOrder([stream([1, 4], end), stream([2, 3], end)])) if (number === 2) break;
  expect(ended).toBe(2);
});
