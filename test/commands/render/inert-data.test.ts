import { expect, it } from 'vitest';

import { inertData } from '../../../src/commands/render/inert-data.ts';

it('leaves lines, tabs and the signs of all scripts as they are', () => {
  const text = 'a,b\n"日本 🐝"\tc\n';
  expect(inertData(text)).toBe(text);
});

it('shows what a terminal would obey, as JSON escapes it', () => {
  expect(inertData('\u001b[2J\u009b31m\u0007\r\u202Ex\u0000')).toBe(
    '\\u001b[2J\\u009b31m\\u0007\\u000d\\u202ex\\u0000',
  );
  const line = JSON.stringify({ a: '\u007f\u009b\u2066' });
  expect(JSON.parse(inertData(line))).toEqual(JSON.parse(line));
});
