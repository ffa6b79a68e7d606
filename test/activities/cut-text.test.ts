import { expect, it } from 'vitest';

import { cutText } from '../../src/activities/cut-text.ts';

it.each([
  ['bee', 3, 'bee'],
  ['bees', 3, 'bee'],
  ['Blüte', 3, 'Bl'],
  ['Blüte', 4, 'Blü'],
  ['🐝🐝', 7, '🐝'],
  ['🐝', 3, ''],
  ['', 0, ''],
])('a text is cut to so many bytes between its characters: %j to %d', (text, bytes, cut) => {
  expect(cutText(text, bytes)).toBe(cut);
});
