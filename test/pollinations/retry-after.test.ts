import { expect, it } from 'vitest';
import { retryAfterOf } from '../../src/pollinations/retry-after.ts';

const date = 'Mon, 23 Nov 2026 10:00:00 GMT';

it.each([
  ['0', 0],
  ['1', 1000],
  [' 30 ', 30_000],
  ['99999999999999999999', 300_000],
  ['Mon, 23 Nov 2026 10:00:42 GMT', 42_000],
  ['Monday, 23-Nov-26 10:00:42 GMT', 42_000],
  ['Mon Nov 23 10:00:42 2026', 42_000],
  ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ['Mon, 23 Nov 2099 10:00:00 GMT', 300_000],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026-11-23', undefined],
  ['Mon, 99 Nov 2026 10:00:42 GMT', undefined],
  ['', undefined],
])('reads Retry-After: %s', (value, milliseconds) => {
  expect(retryAfterOf(new Headers({ 'retry-after': value, date }), undefined)).toBe(milliseconds);
});

it('measures a date against this clock when the answer has none', () => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  const milliseconds = retryAfterOf(new Headers({ 'retry-after': inAMinute }), undefined);
  expect(milliseconds).toBeGreaterThan(50_000);
  expect(milliseconds).toBeLessThanOrEqual(60_000);
});

it.each([
  [3.3145, 3315],
  [-1, 0],
  [1e9, 300_000],
])('takes %s seconds from the body where there is no header', (seconds, milliseconds) => {
  expect(retryAfterOf(new Headers(), seconds)).toBe(milliseconds);
});

it('says nothing when the answer says nothing', () => {
  expect(retryAfterOf(new Headers(), undefined)).toBeUndefined();
});
