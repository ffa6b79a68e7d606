import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Ended } from '../../src/records/counts.ts';
import { createFailFastWatch, denseFailures } from '../../src/workflows/fail-fast.ts';

/** Plays items on pages that tell as a page does: at quarters of it, and as soon as failures are dense. */
function play(
  rule: { readonly rate: number; readonly window: number },
  pages: readonly (readonly boolean[])[],
): { readonly tripped: boolean; readonly ended: number } {
  const watch = createFailFastWatch(rule);
  const dense = denseFailures(rule);
  const told = pages.map((): Ended => ({ ended: 0, failed: 0 }));
  let ended = 0;
  for (let turn = 0; turn < Math.max(...pages.map((page) => page.length)); turn += 1) {
    for (const [page, items] of pages.entries()) {
      if (turn >= items.length) continue;
      ended += 1;
      const sum = { ended: turn + 1, failed: items.slice(0, turn + 1).filter((fails) => fails).length };
      const last = told[page] ?? sum;
      const isDue =
        sum.ended - last.ended >= Math.ceil(items.length / 4) ||
        sum.failed - last.failed >= dense ||
        sum.ended === items.length;
      if (!isDue) continue;
      told[page] = sum;
      if (watch.note(page, sum)) return { tripped: true, ended };
    }
  }
  return { tripped: false, ended };
}

describe('fail-fast', () => {
  it('ends a job of which everything fails within a window and what its pages have not told yet', () => {
    const rule = fc.record({
      rate: fc.double({ min: 0.01, max: 1, noNaN: true }),
      window: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(rule, fc.integer({ min: 1, max: 5 }), (how, pages) => {
        const failing = Array.from({ length: pages }, () => Array.from({ length: 1_000 }, () => true));
        const { tripped, ended } = play(how, failing);
        expect(tripped).toBe(true);
        expect(ended).toBeLessThanOrEqual(how.window + pages * denseFailures(how));
      }),
    );
  });

  it('ends no job that has no run of a whole window of items of which so many failed', () => {
    const rule = fc.record({ rate: fc.constantFrom(0.2, 0.5, 1), window: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(rule, fc.array(fc.boolean(), { maxLength: 80 }), ({ rate, window }, items) => {
        const isDense = items.some((_, first) =>
          items.some((__, last) => {
            const span = items.slice(first, last + 1);
            return span.length >= window && span.filter((fails) => fails).length / span.length >= rate;
          }),
        );
        if (!isDense) expect(play({ rate, window }, [items]).tripped).toBe(false);
      }),
    );
  });

  it('looks at what ended last alone: a job that begins to fail ends soon, and one that has recovered goes on', () => {
    const rule = { rate: 0.5, window: 20 };
    const good = Array.from({ length: 500 }, () => false);
    const bad = Array.from({ length: 500 }, () => true);
    const { tripped, ended } = play(rule, [[...good, ...bad]]);
    expect([tripped, ended - good.length]).toEqual([true, 21]);
    expect(play(rule, [[...bad.slice(0, 9), ...good]]).tripped).toBe(false);
  });

  it('goes on from what ended before its run continued as new, and counts a page that is begun anew from nothing', () => {
    const rule = { rate: 1, window: 4 };
    const before = createFailFastWatch(rule);
    expect(before.note(0, { ended: 3, failed: 3 })).toBe(false);
    const after = createFailFastWatch(rule, before.state());
    expect(after.note(1, { ended: 1, failed: 1 })).toBe(true);
    before.open(0);
    expect(before.note(0, { ended: 1, failed: 1 })).toBe(true);
  });

  it('takes nothing twice, whatever the order in which a page is heard', () => {
    const watch = createFailFastWatch({ rate: 0.6, window: 10 });
    expect(watch.note(0, { ended: 8, failed: 4 })).toBe(false);
    expect(watch.note(0, { ended: 5, failed: 4 })).toBe(false);
    expect(watch.note(0, { ended: 8, failed: 4 })).toBe(false);
    expect(watch.state()).toEqual([{ ended: 8, failed: 4 }]);
  });
});
