import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatDuration, parseDuration } from '../../src/manifest/duration.ts';

describe('a duration', () => {
  it.each([
    ['0s', 0],
    ['90s', 90],
    ['15m', 900],
    ['6h', 21_600],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
    ['1 minute', 60],
    ['2 weeks', 1_209_600],
    [' 3 hours ', 10_800],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    '',
    '5',
    '5ms',
    '5ss',
    '1.5h',
    '-1h',
    'h',
    '1h30m',
    '1 fortnight',
    '1 constructor',
    '1e3s',
    '9999999999s',
  ])('cannot be %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back as what it was', () => {
    assert(
      property(integer({ min: 0, max: 999_999_999 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});
