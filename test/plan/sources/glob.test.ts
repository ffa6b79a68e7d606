import { describe, expect, it } from 'vitest';

import { globPattern, globRoot } from '../../../src/plan/sources/glob.ts';

describe('a glob', () => {
  it.each([
    ['*.txt', ['a.txt', '.txt'], ['a.txt.md', 'x/a.txt', 'axtxt']],
    ['x/**/*.txt', ['x/a.txt', 'x/y/z/a.txt'], ['a.txt', 'y/x/a.txt', 'x/a.md']],
    ['**', ['a', 'x/y/a'], []],
    ['x/**', ['x/a', 'x/y/a'], ['y/a']],
    ['**/x/**/y/*', ['x/y/a', 'x/q/x/y/y/a'], ['x/a', 'y/x/a']],
    ['a?b*c', ['a\u{1F600}bc', 'axbxcxc'], ['abc', 'axbxcx']],
    ['./x//*.txt', ['x/a.txt'], ['./a.txt']],
    ['a+(b)[c].*', ['a+(b)[c].d'], ['aab[c].d', 'a+(b)c.d']],
  ])('%s names just what it says', (glob, matches, others) => {
    const pattern = globPattern(glob);
    expect([...matches, ...others].filter((path) => pattern.test(path))).toEqual(matches);
  });

  it('takes no more than a moment, whatever stars it has', () => {
    const start = performance.now();
    const name = 'a'.repeat(200);
    expect(globPattern(`r/${'*a'.repeat(11)}*b.txt`).test(`r/${name}`)).toBe(false);
    expect(globPattern(`${'**/*a/'.repeat(11)}b`).test(`${name}/`.repeat(50))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('starts at the deepest folder that it names', () => {
    expect(globRoot('./*.txt')).toEqual({ folder: '', isDeep: false });
    expect(globRoot('./x//y/*/a')).toEqual({ folder: 'x/y', isDeep: true });
    expect(globRoot('x/**')).toEqual({ folder: 'x', isDeep: true });
  });
});
