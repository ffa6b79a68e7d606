import { expect, it } from 'vitest';

import { jsonLine, jsonText, wholeJson } from '../../../src/report/export/json-line.ts';

it('is JSON as ever where characters are whole', () => {
  const value = { a: ['🐝', '\\ud83d', '\u0000\n"'], b: null };
  expect(jsonLine(value)).toBe(`${JSON.stringify(value)}\n`);
  expect(wholeJson(value)).toEqual(value);
  const plain = { a: '🐝' };
  expect(wholeJson(plain)).toBe(plain);
});

it('has no half of a character, which others refuse the whole file for', () => {
  expect(jsonText({ a: ['x\ud83d', '\udc1dy🐝'] })).toBe('{"a":["x\uFFFD","\uFFFDy🐝"]}');
  expect(wholeJson({ a: '\ud83d' })).toEqual({ a: '\uFFFD' });
});
