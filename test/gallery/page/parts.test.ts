import { describe, expect, it } from 'vitest';

import { pauseAfter } from '../../../src/gallery/page/model/backoff.ts';
import { facetsOf } from '../../../src/gallery/page/model/facets.ts';
import { glanceAt } from '../../../src/gallery/page/model/glance.ts';
import { columnsFor, moveInGrid } from '../../../src/gallery/page/model/layout.ts';
import { mergeItems } from '../../../src/gallery/page/model/merge.ts';
import { pagesAround } from '../../../src/gallery/page/model/pages.ts';
import { fewRows, rateRows, rateSentence } from '../../../src/gallery/page/model/rate-table.ts';
import { asPercent, shareOf } from '../../../src/gallery/page/model/share.ts';
import { tabsOf } from '../../../src/gallery/page/model/tabs.ts';
import { formatBoth, formatTime, hasPassed, timeBetween } from '../../../src/gallery/page/model/time.ts';
import { item } from '../support/item.ts';
import { sampleInfo } from '../support/sample-run.ts';

describe('the grid', () => {
  it('has as many columns as there is room for, and one at least', () => {
    expect([100, 208, 427, 428].map((width) => columnsFor(width, 208, 12))).toEqual([1, 1, 1, 2]);
  });

  it.each([
    ['ArrowRight', 3, 4],
    ['ArrowLeft', 0, undefined],
    ['ArrowDown', 3, 7],
    ['ArrowDown', 8, undefined],
    ['ArrowUp', 2, undefined],
    ['Home', 6, 4],
    ['End', 5, 7],
    ['End', 8, 9],
    ['PageDown', 1, 9],
    ['PageUp', 9, 1],
    ['x', 1, undefined],
    ['constructor', 1, undefined],
  ])('moves by %s from %i to %s', (key, from, to) => {
    expect(moveInGrid({ key, ctrlKey: false }, from, 4, 10)).toBe(to);
  });

  it('moves to both ends by Ctrl', () => {
    expect(moveInGrid({ key: 'Home', ctrlKey: true }, 6, 4, 10)).toBe(0);
    expect(moveInGrid({ key: 'End', ctrlKey: true }, 6, 4, 10)).toBe(9);
  });
});

describe('a live page', () => {
  it('takes in items by their numbers, once', () => {
    const old = [item({ number: 1 }), item({ number: 4 })];
    const merged = mergeItems(old, [item({ number: 3 }), item({ number: 4, cost: '1' })]);
    expect(merged.map(({ number, cost }) => [number, cost])).toEqual([
      [1, '0'],
      [3, '0'],
      [4, '1'],
    ]);
    expect(mergeItems(old, [])).toBe(old);
  });

  it('asks ever more rarely of a server that does not answer, and once a minute at last', () => {
    expect([0, 1, 2, 10].map(pauseAfter)).toEqual([2_000, 4_000, 8_000, 60_000]);
  });
});

describe('times', () => {
  it('are those of the reader and of UTC', () => {
    expect(formatTime('2026-05-06T12:00:00Z', 'UTC')).toBe('6 May 2026, 12:00:00 UTC');
    expect(formatTime('2026-05-06T12:00:00Z', 'Asia/Kolkata')).toContain('17:30:00');
    expect(formatBoth('2026-05-06T12:00:00Z')).toContain('12:00:00 UTC');
    expect(formatTime('soon')).toBe('soon');
  });

  it('have passed when they are now, and when they are no times', () => {
    const now = Date.parse('2026-05-06T12:00:00Z');
    expect(hasPassed('2026-05-06T12:00:00Z', now)).toBe(true);
    expect(hasPassed('2026-05-06T12:00:01Z', now)).toBe(false);
    expect(hasPassed('soon', now)).toBe(true);
  });

  it('have a distance where both are known', () => {
    expect(timeBetween('2026-05-06T12:00:00Z', '2026-05-06T12:00:01Z')).toBe(1_000);
    expect(timeBetween('2026-05-06T12:00:00Z', undefined)).toBeUndefined();
  });
});

describe('pages', () => {
  it('are linked at both ends and around the one that is shown', () => {
    expect(pagesAround(1, 3)).toEqual([1, 2, 3]);
    expect(pagesAround(10, 20)).toEqual([1, undefined, 8, 9, 10, 11, 12, undefined, 20]);
    expect(pagesAround(4, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('JSON on a card', () => {
  it('is its first members on a line each', () => {
    expect(glanceAt('{"a":"x","b":[1,2],"c":null}')).toEqual([
      ['a', 'x'],
      ['b', '[1,2]'],
      ['c', 'null'],
    ]);
  });

  it('says how many more there are, and the size of what is long', () => {
    const lines = glanceAt(
      JSON.stringify(Object.fromEntries('abcdefghij'.split('').map((name) => [name, 'x'.repeat(200)]))),
    );
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toEqual(['', 'and 3 more']);
    expect(lines[0]?.[1]).toHaveLength(121);
    expect(glanceAt(JSON.stringify({ list: Array.from({ length: 99 }, () => 1) }))).toEqual([
      ['list', '[ 99 ]'],
    ]);
  });

  it('is the text itself where it is garbled', () => {
    expect(glanceAt('{')).toEqual([['', '{']]);
    expect(glanceAt('"just text"')).toEqual([['', '"just text"']]);
  });
});

describe('figures', () => {
  it('become lengths between nothing and everything', () => {
    expect(shareOf('0.5', '2')).toBe(0.25);
    expect(shareOf('1', '0')).toBe(0);
    expect(shareOf('x', '1')).toBe(0);
    expect(asPercent(1 / 3)).toBe('33.33%');
  });

  it('of a lane are calls a second, and few rows for a long run', () => {
    const lane = {
      lane: 'all',
      sent: Array.from({ length: 1_000 }, () => 20),
      limit: Array.from({ length: 1_000 }, () => 3),
    };
    const rows = rateRows({ from: '1970-01-01T00:01:00Z', stepSeconds: 10, lanes: [lane] }, lane);
    expect(rows[1]).toEqual({ at: 70, sent: 2, limit: 3 });
    expect(fewRows(rows)).toHaveLength(200);
    expect(fewRows(rows)[1]).toEqual({ at: 110, sent: 2, limit: 3 });
    expect(rateSentence('all', rows)).toBe(
      'Lane all: at most 2 calls a second were sent, of 3 to 3 that were allowed.',
    );
  });

  it('tell what can be chosen', () => {
    const items = [
      item({ number: 1, model: 'b' }),
      item({ number: 2, model: 'a', status: 'failed', fault: { code: 'x', message: '', remedy: '' } }),
    ];
    expect(facetsOf(items, sampleInfo(items).figures)).toEqual({
      statuses: ['succeeded', 'failed'],
      kinds: ['text'],
      models: ['a', 'b'],
      codes: ['x'],
      axes: [],
    });
  });
});

it('has a table only of a run with variables', () => {
  const info = sampleInfo([]);
  expect(tabsOf(info, 0, false).map(({ tab }) => tab)).toEqual(['items', 'failures', 'bill']);
  expect(tabsOf(info, 0, true).map(({ tab }) => tab)).toEqual(['items', 'table', 'failures', 'bill']);
});
