import { describe, expect, it } from 'vitest';

import { createPageCutter, parsePage } from '../../src/plan/pages.ts';
import type { PlannedCall } from '../../src/plan/plan.ts';
import { openSpool } from '../../src/plan/spool.ts';
import { sampleCall } from '../support/samples.ts';

const calls = (count: number, idOf: (number: number) => string = String) =>
  Array.from({ length: count }, (_, index) => sampleCall({ number: index + 1, id: idOf(index + 1) }));
function cutPages(items: readonly PlannedCall[], laneOf: (model: string) => string, canary?: number) {
  const spool = openSpool();
  const cutter = createPageCutter(spool, canary);
  for (const item of items) cutter.add(item, laneOf(item.model));
  const pages = cutter.pages().map((page) => ({ ...page, items: parsePage(cutter.text(page.page)) }));
  spool.close();
  return pages;
}
const sizes = (pages: ReturnType<typeof cutPages>) => pages.map((page) => page.items.length);

describe('pages', () => {
  it('hold at most 250 calls', () => {
    expect(sizes(cutPages(calls(601), () => 'all'))).toEqual([250, 250, 101]);
    expect(sizes(cutPages(calls(250), () => 'all'))).toEqual([250]);
    expect(cutPages([], () => 'all')).toEqual([]);
  });

  it('hold fewer calls when the ids are long, so that their names fit into a payload', () => {
    const pages = cutPages(
      calls(500, (number) => String(number).padEnd(100, 'x')),
      () => 'all',
    );
    expect(sizes(pages)).toEqual([240, 240, 20]);
    for (const page of pages) {
      expect(page.items.reduce((sum, { id }) => sum + id.length, 0)).toBeLessThanOrEqual(24_000);
    }
  });

  it('belong to one lane each, and keep the order of the job within it', () => {
    const mixed = Array.from({ length: 700 }, (_, index) =>
      sampleCall({ number: index + 1, id: String(index + 1), model: index % 2 === 0 ? 'flux' : 'openai' }),
    );
    const pages = cutPages(mixed, (model) => (model === 'flux' ? 'pictures' : 'all'));
    expect(pages.map(({ page, lane }) => [page, lane])).toEqual([
      [0, 'pictures'],
      [1, 'all'],
      [2, 'pictures'],
      [3, 'all'],
    ]);
    for (const lane of ['pictures', 'all']) {
      const numbers = pages
        .filter((page) => page.lane === lane)
        .flatMap((page) => page.items.map(({ number }) => number));
      expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
      expect(numbers).toHaveLength(350);
    }
  });

  it('of a canary come first, hold its items alone, and leave the order within each lane', () => {
    const model = (index: number): string => (index % 3 === 0 ? 'flux' : 'openai');
    const mixed = Array.from({ length: 20 }, (_, index) =>
      sampleCall({ number: index + 1, id: String(index + 1), model: model(index) }),
    );
    const numbersOf = (canary: number) =>
      cutPages(mixed, (name) => (name === 'flux' ? 'pictures' : 'all'), canary).map((page) => [
        page.lane,
        page.canary,
        page.items.map(({ number }) => number),
      ]);
    expect(numbersOf(5)).toEqual([
      ['pictures', true, [1, 4]],
      ['all', true, [2, 3, 5]],
      ['all', undefined, [6, 8, 9, 11, 12, 14, 15, 17, 18, 20]],
      ['pictures', undefined, [7, 10, 13, 16, 19]],
    ]);
    expect(numbersOf(1)[0]).toEqual(['pictures', true, [1]]);
    expect(numbersOf(100).every(([, canary]) => canary === true)).toBe(true);
    expect(sizes(cutPages(calls(601), () => 'all', 251))).toEqual([250, 1, 250, 100]);
  });
});
