import { expect, it } from 'vitest';

import { checkNamed, parseSelection } from '../../../src/commands/results/selection.ts';

const items = [
  { id: 'a', status: 'succeeded' },
  { id: 'b', status: 'failed' },
  { id: 'failed', status: 'cancelled' },
  { id: 'd', customId: 'my d', status: 'expired' },
] as const;
const chosen = (...words: string[]) => items.filter(parseSelection(words).wants).map(({ id }) => id);

it('takes all where nothing is said', () => {
  expect(chosen()).toEqual(['a', 'b', 'failed', 'd']);
});

it('takes what any of the words names', () => {
  expect(chosen('failed')).toEqual(['b']);
  expect(chosen('failed', 'expired')).toEqual(['b', 'd']);
  expect(chosen('id=failed')).toEqual(['failed']);
  expect(chosen('succeeded', 'id=d')).toEqual(['a', 'd']);
  expect(chosen('id=my d')).toEqual(['d']);
});

it.each(['success', 'id=', '', 'id'])('says what can be chosen in place of %j', (word) => {
  expect(() => parseSelection([word])).toThrow(
    expect.objectContaining({ code: 'usage', remedy: expect.stringContaining('succeeded, failed') }),
  );
});

it('says which of the items that it names are not there', async () => {
  async function* found(): AsyncGenerator<(typeof items)[number]> {
    yield items[0];
    yield items[3];
  }
  await expect(checkNamed(parseSelection(['id=a', 'id=my d', 'failed']), found())).resolves.toBeUndefined();
  await expect(checkNamed(parseSelection(['id=a', 'id=\u001b[31m', 'id=c']), found())).rejects.toMatchObject({
    code: 'usage',
    message: String.raw`the run has no item "\u001b[31m", "c"`,
  });
});
