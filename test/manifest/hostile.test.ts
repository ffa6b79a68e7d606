import { describe, expect, it } from 'vitest';
import { decodeJobFile } from '../../src/manifest/decode-job-file.ts';
import type { Problem } from '../../src/manifest/problem.ts';
import { load } from './api-rules.ts';
import { badFiles } from './bad-files.ts';
import { hostileFiles } from './hostile-files.ts';

/** Most seconds of the processor that an answer may take: one on a machine at rest, and more where others work beside it. */
const maxSeconds = 3;

const problemsOf = (bytes: Uint8Array): readonly Problem[] => {
  const decoded = decodeJobFile(bytes, 'job.yaml');
  const loaded = 'text' in decoded ? load(decoded.text) : decoded;
  return 'problems' in loaded ? loaded.problems : [];
};

describe('a hostile file', { timeout: 60_000 }, () => {
  it('is one of at least 60, of which as many are refused', () => {
    expect(hostileFiles.length).toBeGreaterThanOrEqual(60);
    expect(badFiles.length).toBeGreaterThanOrEqual(60);
  });

  it.each(hostileFiles)('of %s is answered at once', (_about, make, codes) => {
    const bytes = make();
    const before = process.cpuUsage();
    const problems = problemsOf(bytes);
    const { user } = process.cpuUsage(before);
    const found = [...new Set(problems.map(({ code }) => code))];
    if (codes.length === 0) expect(found).toEqual([]);
    else expect(found).toEqual(expect.arrayContaining([...codes]));
    for (const { line, column } of problems.slice(0, 10)) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
    }
    expect(user / 1e6).toBeLessThan(maxSeconds);
  });
});
