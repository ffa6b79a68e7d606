import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { readOptions, readSeeds, reportFile, runsOf, seedLine } from './options.ts';

describe('seeds that have failed', () => {
  it('are run with what they were run with', () => {
    const text = '# why\n\n7 5 2 60\n8 3 4 100 store-cut # was lost\n';
    const runs = readSeeds(text);
    expect(runs).toEqual([
      { seed: 7, minutes: 5, workers: 2, items: 60 },
      { seed: 8, minutes: 3, workers: 4, items: 100, only: 'store-cut' },
    ]);
    expect(readSeeds(runs.map(seedLine).join('\n'))).toEqual(runs);
    expect(seedLine(readOptions(['--seed', '9', '--only', 'api'], () => 0))).toBe('9 5 2 60 api');
  });

  it('are run before the fresh one, but for those that take longer', () => {
    const known = readSeeds('7 5 2 60\n8 30 2 60\n9 3 2 60');
    const seeds = (...parameters: readonly string[]): readonly number[] =>
      runsOf(
        readOptions(parameters, () => 1),
        known,
      ).map(({ seed }) => seed);
    expect(seeds('--known')).toEqual([7, 9, 1]);
    expect(seeds('--known', '--minutes', '30')).toEqual([7, 8, 9, 1]);
  });

  it('stand whole in their file', async () => {
    expect(() => readSeeds('7 5')).toThrow('no "seed minutes workers items": 7 5');
    const text = await readFile(new URL('seeds.txt', import.meta.url), 'utf8');
    expect(() => readSeeds(text)).not.toThrow();
  });

  it('have a report each', () => {
    expect(reportFile('out/faults.md', 7)).toBe('out/faults-7.md');
    expect(reportFile('out.d/faults', 7)).toBe('out.d/faults-7');
  });
});
