import { describe, expect, it } from 'vitest';

import type { Matrix } from '../../../src/manifest/job.ts';
import { combinations } from '../../../src/plan/expand/matrix.ts';

const of = (matrix: Partial<Matrix>): readonly unknown[] =>
  [...combinations({ axes: {}, include: [], exclude: [], ...matrix })].filter(
    (combination) => combination !== null,
  );

describe('a matrix', () => {
  it('is every combination, the last axis first, less those that agree with an exclusion', () => {
    const axes = { product: ['lamp', 'chair'], style: ['photo', 'sketch'] };
    expect(of({ axes, exclude: [{ product: 'chair', style: 'sketch' }] })).toEqual([
      { product: 'lamp', style: 'photo' },
      { product: 'lamp', style: 'sketch' },
      { product: 'chair', style: 'photo' },
    ]);
    expect(of({ axes, exclude: [{ style: 'photo' }, { product: 'lamp' }] })).toEqual([
      { product: 'chair', style: 'sketch' },
    ]);
  });

  it('takes what is included as GitHub Actions documents it', () => {
    const axes = { fruit: ['apple', 'pear'], animal: ['cat', 'dog'] };
    const include = [
      { color: 'green' },
      { color: 'pink', animal: 'cat' },
      { fruit: 'apple', shape: 'circle' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ];
    expect(of({ axes, include })).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  it('is what it includes where it has no axes, and compares maps by what is in them', () => {
    expect(of({ include: [{ a: 1 }, { b: 2 }] })).toEqual([{ a: 1 }, { b: 2 }]);
    const axes = {
      size: [
        { w: 1, h: 2 },
        { w: 3, h: 4 },
      ],
    };
    expect(of({ axes, exclude: [{ size: { h: 2, w: 1 } }] })).toEqual([{ size: { w: 3, h: 4 } }]);
  });

  it('is made as it is asked for', () => {
    const thousand = Array.from({ length: 1_000 }, (_, index) => index);
    const [first] = combinations({
      axes: { a: thousand, b: thousand, c: thousand },
      include: [],
      exclude: [],
    });
    expect(first).toEqual({ a: 0, b: 0, c: 0 });
  });
});
