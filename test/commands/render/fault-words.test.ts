import { expect, it } from 'vitest';

import { faultWords } from '../../../src/commands/render/fault-words.ts';

const runId = 'bees-0123456789';

it('puts a full stop between what went wrong and what to do about it, and never two', () => {
  const remedy = 'Say in the prompt which JSON is wanted.';
  expect(faultWords({ message: 'the answer is none (length)', remedy }, runId)).toBe(
    `the answer is none (length). ${remedy}`,
  );
  expect(faultWords({ message: 'It failed.', remedy }, runId)).toBe(`It failed. ${remedy}`);
});

it('names the run in the commands of the remedy, which can be copied', () => {
  const remedy = 'Shorten it, or draw another seed with `pollen-batch retry RUN --new-seed`.';
  expect(faultWords({ message: 'it is bad', remedy }, runId)).toBe(
    `it is bad. Shorten it, or draw another seed with \`pollen-batch retry ${runId} --new-seed\`.`,
  );
});
