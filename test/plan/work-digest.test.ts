import { describe, expect, it } from 'vitest';

import { workDigest } from '../../src/plan/work-digest.ts';
import { imageStep, itemOf, planOne, planSteps, textStep } from '../support/planning.ts';
import { sampleCall } from '../support/samples.ts';

const format = { model: 'openai', response_format: { type: 'json_object' } };
const requiring = (name: string) =>
  textStep('A bee', {
    params: format,
    output: { format: 'json', schema: { type: 'object', required: [name] }, repair: 0 },
  });

describe('the digest of an item’s work', () => {
  it('is that of its request where nothing is checked of the answer', () => {
    expect(workDigest(sampleCall())).toBe(sampleCall().digest);
  });

  it('is another for what is checked otherwise, though the request is the same', async () => {
    const items = await Promise.all(
      [
        imageStep('A lamp'),
        imageStep('A lamp', { expect: { width: 64, height: 48 } }),
        imageStep('A lamp', { expect: { width: 65, height: 48 } }),
        textStep('A bee', { params: format }),
        requiring('a'),
        requiring('b'),
      ].map((step) => planOne(itemOf(step))),
    );
    expect(new Set(items.map(({ digest }) => digest)).size).toBe(2);
    expect(new Set(items.map(workDigest)).size).toBe(6);
  });

  it('is the same in whatever order it is said what an image must be', async () => {
    const [left, right] = await Promise.all(
      [
        { width: 64, height: 48 },
        { height: 48, width: 64 },
      ].map((expected) => planOne(itemOf(imageStep('A lamp', { expect: expected })))),
    );
    expect(left && workDigest(left)).toBe(right && workDigest(right));
  });

  it('is that of a chain itself, which says what is checked of its answers', async () => {
    const chainOf = (width: number) =>
      planSteps(itemOf(imageStep('A lamp', { id: 'shot', expect: { width } })));
    const [narrow, wide] = [await chainOf(64), await chainOf(65)];
    expect(workDigest(narrow)).toBe(narrow.digest);
    expect(wide.digest).not.toBe(narrow.digest);
  });
});
