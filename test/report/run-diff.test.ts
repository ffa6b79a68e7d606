import { describe, expect, it } from 'vitest';

import { createComparison, type ComparedItem } from '../../src/report/run-diff.ts';
import { sha256 } from '../../src/plan/digest.ts';

function item(number: number, changes: Partial<ComparedItem> = {}): ComparedItem {
  const id = changes.id ?? `item-${number}`;
  return {
    number,
    id,
    state: 'succeeded',
    request: sha256(`asks ${id}`),
    result: sha256(`says ${id}`),
    ...changes,
  };
}
function compare(first: readonly ComparedItem[], second: readonly ComparedItem[]) {
  const comparison = createComparison();
  for (const one of first) comparison.first(one);
  for (const one of second) comparison.second(one);
  return comparison.diff();
}

describe('two runs', () => {
  it('are the same whatever the order of their items', () => {
    const items = [item(1), item(2), item(3, { state: 'failed (bad-request)', result: '' })];
    const moved = items.toReversed().map((one, index) => ({ ...one, number: index + 1 }));
    expect(compare(items, moved)).toEqual({
      added: [],
      gone: [],
      changed: [],
      counts: { added: 0, gone: 0, request: 0, result: 0, state: 0, unchanged: 3 },
    });
  });

  it('differ by the items that one of them has, in the order of its job', () => {
    const { added, gone, counts } = compare([item(3), item(1), item(2)], [item(9), item(2), item(8)]);
    expect(added).toEqual([8, 9].map((number) => ({ id: `item-${number}`, state: 'succeeded' })));
    expect(gone).toEqual([1, 3].map((number) => ({ id: `item-${number}`, state: 'succeeded' })));
    expect(counts).toMatchObject({ added: 2, gone: 2, unchanged: 1 });
  });

  it('do not differ by what was asked where that is not known of one of them', () => {
    const { changed, counts } = compare(
      [item(1, { request: '' }), item(2), item(3, { request: '' })],
      [item(1), item(2, { request: '' }), item(3, { request: '', result: sha256('another') })],
    );
    expect(counts).toMatchObject({ request: 0, unchanged: 2 });
    expect(changed.map(({ id, changes }) => `${id}: ${changes.join(' ')}`)).toEqual(['item-3: result']);
  });

  it('differ by what was asked, what was answered, and how it ended', () => {
    const { changed, counts } = compare(
      [item(1), item(2), item(3), item(4), item(5, { state: 'failed (bad-result)', result: '' })],
      [
        item(1, { request: sha256('another') }),
        item(2, { result: sha256('another') }),
        item(3, { state: 'failed (bad-request)', result: '' }),
        item(4, { request: sha256('another'), result: sha256('another') }),
        item(5, { state: 'failed (reset)', result: '' }),
      ],
    );
    expect(changed.map(({ id, changes }) => `${id}: ${changes.join(' ')}`)).toEqual([
      'item-1: request',
      'item-2: result',
      'item-3: state',
      'item-4: request result',
      'item-5: state',
    ]);
    expect(changed[2]).toMatchObject({ first: 'succeeded', second: 'failed (bad-request)' });
    expect(counts).toEqual({ added: 0, gone: 0, request: 2, result: 2, state: 2, unchanged: 0 });
  });

  it('differ by their end alone where one of them has no result', () => {
    const none = item(1, { state: 'failed (bad-result)', result: '' });
    for (const [first, second] of [
      [none, item(1)],
      [item(1), none],
    ] as const)
      expect(compare([first], [second]).changed).toMatchObject([{ changes: ['state'] }]);
  });

  it('of 100,000 items each, in another order, take some megabytes', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const comparison = createComparison();
    const digest = (number: number, kind: string): string => sha256(`${kind} ${number}`);
    const numbered = (number: number): ComparedItem =>
      item(number, { request: digest(number, 'a'), result: digest(number, 'b') });
    const before = process.memoryUsage();
    for (const number of many) comparison.first(numbered(number));
    globalThis.gc?.();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    for (const number of many.toReversed()) comparison.second(numbered(number));
    expect(comparison.diff().counts).toMatchObject({ unchanged: 100_000 });
    expect(grown).toBeLessThan(100 * 1_024 * 1_024);
  });
});
