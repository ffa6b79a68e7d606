import { expect, it } from 'vitest';

import { faultWords } from '../../../src/commands/render/run-text.ts';

it('puts a full stop between what went wrong and what to do about it, and never two', () => {
  const remedy = 'Say in the prompt which JSON is wanted.';
  expect(faultWords({ message: 'the answer is none (length)', remedy })).toBe(
    `the answer is none (length). ${remedy}`,
  );
  expect(faultWords({ message: 'It failed.', remedy })).toBe(`It failed. ${remedy}`);
});
