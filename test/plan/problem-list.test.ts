import { expect, it } from 'vitest';

import { createProblemList, withRest } from '../../src/plan/problem-list.ts';

const slip = { file: 'job.yaml', line: 1, column: 1, code: 'item-empty', message: 'empty' } as const;

it('tells each problem once, and of the rest that it is there', () => {
  const list = createProblemList();
  for (let line = 1; line <= 100; line += 1) list.add({ ...slip, line });
  list.add({ ...slip, line: 100 });
  expect(list.isFull()).toBe(false);
  expect(withRest(list.first(), list.isFull())).toHaveLength(100);

  list.add({ ...slip, line: 101 });
  expect(list.isFull()).toBe(true);
  const told = withRest(list.first(), list.isFull());
  expect(told).toHaveLength(101);
  expect(told.at(-1)).toEqual({ ...slip, line: 100, message: 'and more; these are the first 100' });
});
