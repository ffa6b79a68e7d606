import { describe, expect, it } from 'vitest';

import { zoned } from '../../../src/commands/render/words.ts';
import { parseMoment } from '../../../src/commands/schedule/parse-moment.ts';

describe('a day or a moment of the command line', () => {
  it.each([
    ['2026-10-01', 'from', 'UTC', '2026-10-01T00:00:00.000Z'],
    ['2026-10-01', 'to', 'UTC', '2026-10-01T23:59:59.000Z'],
    ['2026-10-01', 'from', 'Europe/Berlin', '2026-09-30T22:00:00.000Z'],
    // The clocks go back on this day: it has 25 hours.
    ['2026-10-25', 'from', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
    ['2026-10-25', 'to', 'Europe/Berlin', '2026-10-25T22:59:59.000Z'],
    ['2026-03-29', 'to', 'Europe/Berlin', '2026-03-29T21:59:59.000Z'],
    ['2026-01-01', 'from', 'America/St_Johns', '2026-01-01T03:30:00.000Z'],
    // There is no midnight on this day: the clocks go from 24:00 to 01:00.
    ['2026-09-06', 'from', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
    ['2026-09-05', 'to', 'America/Santiago', '2026-09-06T03:59:59.000Z'],
    ['2026-10-01T06:00:00+02:00', 'from', 'UTC', '2026-10-01T04:00:00.000Z'],
  ] as const)('%s as --%s in %s is %s', (text, edge, timezone, expected) => {
    expect(parseMoment(text, edge, timezone).toISOString()).toBe(expected);
  });

  it.each([
    'yesterday',
    '2026-13-01',
    '2026-02-30',
    '2026-02-30T06:00:00Z',
    '2026-10-01T06:00:00',
    '1.10.2026',
    '',
  ])('cannot be %j', (text) => {
    expect(() => parseMoment(text, 'from', 'UTC')).toThrow(
      expect.objectContaining({ code: 'usage', remedy: expect.stringContaining('2026-10-01') }),
    );
  });
});

describe('a moment on the clocks of a zone', () => {
  it.each([
    ['2026-11-25T05:00:00Z', 'UTC', '2026-11-25T05:00:00Z'],
    ['2026-11-25T05:00:00Z', 'Europe/Berlin', '2026-11-25T06:00:00+01:00'],
    ['2026-11-25T05:00:00Z', 'America/St_Johns', '2026-11-25T01:30:00-03:30'],
  ])('of %s in %s is %s', (iso, timezone, expected) => {
    const text = zoned(iso, timezone);
    expect(text).toBe(expected);
    expect(new Date(text).getTime()).toBe(new Date(iso).getTime());
  });
});
