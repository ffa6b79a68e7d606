import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { isPlaceholder } from '../../src/pollinations/placeholders.ts';

const picture = Buffer.alloc(1000, 1);
const known = [{ md5: createHash('md5').update(picture).digest('hex'), atLeast: 900, atMost: 1100 }];

it('knows a stand-in by its hash', () => {
  expect(isPlaceholder(picture, known)).toBe(true);
  expect(isPlaceholder(Buffer.alloc(1000, 2), known)).toBe(false);
});

it('does not hash pictures of another size, and takes none of these for the known one', () => {
  expect(isPlaceholder(picture, [{ ...known[0]!, atLeast: 1001 }])).toBe(false);
  expect(isPlaceholder(Buffer.alloc(1_300_000))).toBe(false);
});
