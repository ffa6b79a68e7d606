import { expect, it } from 'vitest';

import {
  formatBytes,
  formatClass,
  formatCount,
  formatDuration,
  formatPollen,
  formatWord,
} from '../../../src/gallery/page/model/format.ts';

it('writes Pollen with every digit that says something, and no other', () => {
  expect(formatPollen('0.00091770')).toBe('0.0009177');
  expect(formatPollen('1234567.5')).toBe('1,234,567.5');
  expect(formatPollen('-1000')).toBe('-1,000');
  expect(formatPollen('0.00000000')).toBe('0');
  expect(formatPollen('1e5')).toBe('1e5');
});

it('writes counts with their words', () => {
  expect(formatCount(10_000)).toBe('10,000');
  expect(formatWord(1, 'item')).toBe('1 item');
  expect(formatWord(0, 'item')).toBe('0 items');
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [4_230, '4.2 s'],
  [59_949, '59.9 s'],
  [59_990, '1 min'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [3_660_000, '1 h 1 min'],
])('writes %i ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it('writes bytes in units that people know', () => {
  expect([999, 1_000, 999_949, 1_234_567].map(formatBytes)).toEqual([
    '999 B',
    '1.0 kB',
    '999.9 kB',
    '1.2 MB',
  ]);
});

it('names classes of latency by their bounds', () => {
  const bounds = [500, 1_000];
  expect([0, 1, 2].map((index) => formatClass(bounds, index))).toEqual([
    'up to 500 ms',
    '500 ms to 1 s',
    'over 1 s',
  ]);
});
