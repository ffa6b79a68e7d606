import { describe, expect, it } from 'vitest';

import { compareItems } from '../../src/plan/item-changes.ts';

const earlier = (): Map<string, string> => new Map([['same', 'a'], ['changed', 'b'], ['gone', 'c']]); // prettier-ignore

describe('a comparison with an earlier run', () => {
  it('tells new, changed and gone items from those that ask the same', () => {
    const comparison = compareItems(earlier());
    for (const [id, digest] of [
      ['same', 'a'],
      ['changed', 'B'],
      ['new', 'd'],
    ] as const)
      comparison.add({ id, digest });
    expect(comparison.finish()).toEqual({
      counts: { new: 1, changed: 1, same: 1, gone: 1 },
      listed: [
        { mark: 'changed', id: 'changed' },
        { mark: 'new', id: 'new' },
        { mark: 'gone', id: 'gone' },
      ],
    });
  });

  it('counts work that is taken over as the same, whatever its name was', () => {
    const comparison = compareItems(new Map());
    comparison.add({ id: 'renamed', digest: 'a', reuse: { runId: 'bees-0a1b2c3d4e', key: 'a' } });
    expect(comparison.finish().counts).toMatchObject({ new: 0, same: 1 });
  });

  it('lists the first changes and counts the rest', () => {
    const comparison = compareItems(new Map());
    for (let index = 0; index < 1_000; index += 1) comparison.add({ id: `item${index}`, digest: 'a' });
    const { counts, listed } = comparison.finish();
    expect([counts.new, listed.length]).toEqual([1_000, 20]);
  });
});
