import { describe, expect, it } from 'vitest';

import { canonicalJson } from '../src/canonical-json.ts';

describe('canonical JSON', () => {
  it('sorts keys at every level, and keeps the order of lists', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }, 3], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1},3]}');
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  it('keeps the order of the members that it is told to leave', () => {
    expect(canonicalJson({ b: { d: 1, c: 2 }, a: { d: 1, c: 2 } }, new Set(['b']))).toBe(
      '{"a":{"c":2,"d":1},"b":{"d":1,"c":2}}',
    );
  });
});
