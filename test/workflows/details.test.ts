import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/report/tally.ts';
import { describeFailures, describeTally } from '../../src/workflows/details.ts';

describe('the details of a run', () => {
  it('say counts and cost', () => {
    const text = describeTally({ ...emptyTally, succeeded: 7, failed: 2, settled: '0.0125' }, 20);
    expect(text).toContain('**9 of 20** items: 7 succeeded, 2 failed');
    expect(text).toContain('**0.0125 Pollen**');
    expect(text).not.toMatch(/cancelled|unknown|slow down/);
  });

  it('say what was cancelled, throttled, and of unknown charge, only where there is any', () => {
    const tally = { ...emptyTally, cancelled: 3, throttled: 5, unknown: { count: 2, atMost: '0.4' } };
    const text = describeTally(tally, 3);
    expect(text).toContain(', 3 cancelled');
    expect(text).toContain('5 attempts were told to slow down');
    expect(text).toContain('2 unknown charges (at most 0.4)');
    const unbounded = describeTally({ ...tally, unknown: { count: 1, atMost: null } }, 3);
    expect(unbounded).toContain('at most unbounded');
  });

  it('list failures by id and code, and nothing when there are none', () => {
    expect(describeFailures([])).toBe('');
    const text = describeFailures([{ id: 'hero', code: 'content-policy', message: 'no' }]);
    expect(text).toContain('- `hero` **content-policy**: no');
  });

  it('let no word of the API become a link, an image, HTML, or another line', () => {
    const message = '![x](https://evil.example/a.png) <img src=x> `code` www.evil.example\n# Heading\n- item';
    const [, row = ''] = describeFailures([{ id: 'hero', code: 'bad-request', message }]).split(
      'bad-request**: ',
    );
    expect(row.split('\n')).toHaveLength(1);
    expect(row).toContain('evil');
    // Nothing that Markdown gives a meaning is left without its backslash.
    expect(row.replaceAll(/\\[!-/:-@[-`{-~]/g, '')).toMatch(/^[A-Za-z ]*$/);
  });

  it('never cut an escaped character in half', () => {
    const text = describeFailures([{ id: 'hero', code: 'bad-request', message: `${'a'.repeat(199)}[x` }]);
    expect(text.endsWith('a\\[')).toBe(true);
  });
});
