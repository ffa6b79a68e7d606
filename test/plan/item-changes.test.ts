import { describe, expect, it } from 'vitest';

import { compareItems } from '../../src/plan/item-changes.ts';

const last = (): Map<string, string> =>
  new Map([
    ['done', 'a'],
    ['changed', 'b'],
    ['missing', 'c'],
    ['gone', 'd'],
  ]);
const isDone = (digest: string): boolean => digest === 'a';

describe('a comparison with earlier runs', () => {
  it('tells what is done from what is new, changed, gone, or was asked for without success', () => {
    const comparison = compareItems(last(), isDone);
    for (const [id, digest] of [
      ['done', 'a'],
      ['changed', 'B'],
      ['missing', 'c'],
      ['new', 'e'],
    ] as const)
      comparison.add({ id, digest });
    expect(comparison.finish()).toEqual({
      counts: { new: 1, changed: 1, missing: 1, done: 1, gone: 1 },
      listed: [
        { mark: 'changed', id: 'changed' },
        { mark: 'missing', id: 'missing' },
        { mark: 'new', id: 'new' },
        { mark: 'gone', id: 'gone' },
      ],
    });
  });

  it('takes work that is done for done, whatever its name was', () => {
    const comparison = compareItems(new Map([['changed', 'b']]), isDone);
    comparison.add({ id: 'renamed', digest: 'a' });
    comparison.add({ id: 'changed', digest: 'a' });
    expect(comparison.finish().counts).toMatchObject({ new: 0, changed: 0, done: 2 });
  });

  it('lists the first changes and counts the rest', () => {
    const comparison = compareItems(new Map(), isDone);
    for (let index = 0; index < 1_000; index += 1) comparison.add({ id: `item${index}`, digest: 'x' });
    const { counts, listed } = comparison.finish();
    expect([counts.new, listed.length]).toEqual([1_000, 20]);
  });
});
