import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { countItems } from '../../src/commands/job/count-items.ts';
import { decodeJobFile } from '../../src/manifest/decode-job-file.ts';
import type { Problem } from '../../src/manifest/problem.ts';
import { readOf } from '../support/job.ts';
import { secondsOf, slowness } from '../support/processor-time.ts';
import { load } from './api-rules.ts';
import { badFiles } from './bad-files.ts';
import { hostileFiles, slowTemplates } from './hostile-files.ts';

/** Most seconds of the processor that an answer may take on a machine at rest. */
const maxSeconds = 1;

/** Most memory that a process may come to, in MiB. */
const maxMemory = 300;

const problemsOf = (bytes: Uint8Array): readonly Problem[] => {
  const decoded = decodeJobFile(bytes, 'job.yaml');
  const loaded = 'text' in decoded ? load(decoded.text) : decoded;
  return 'problems' in loaded ? loaded.problems : [];
};

describe('a hostile file', { timeout: 60_000 }, () => {
  it('is one of at least 60, beside as many that are only wrong', () => {
    expect(hostileFiles.length).toBeGreaterThanOrEqual(60);
    expect(badFiles.length).toBeGreaterThanOrEqual(60);
  });

  // How slow the machine is changes from one moment to the next, so that a measurement may be had again.
  it.each(hostileFiles)('of %s is answered at once', { retry: 2 }, async (_about, make, codes) => {
    const bytes = make();
    let problems: readonly Problem[] = [];
    const seconds = await secondsOf(() => (problems = problemsOf(bytes)));
    const found = [...new Set(problems.map(({ code }) => code))];
    if (codes.length === 0) expect(found).toEqual([]);
    else expect(found).toEqual(expect.arrayContaining([...codes]));
    for (const { line, column } of problems.slice(0, 10)) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
    }
    // Most are far from it, and only a slow one asks how slow the machine is.
    if (seconds >= maxSeconds) expect(seconds).toBeLessThan(maxSeconds * (await slowness()));
  });

  it.each(slowTemplates)(
    'of %s is filled in no further than its limits',
    { retry: 2 },
    async (_about, make, codes) => {
      const reading = readOf(Buffer.from(make()).toString());
      const before = process.cpuUsage();
      const found = await countItems(reading, '2026-01-02T03:04:05.000Z');
      const seconds = process.cpuUsage(before).user / 1e6;
      const problems = 'problems' in found ? found.problems : [];
      expect([...new Set(problems.map(({ code }) => code))]).toEqual(codes);
      if (seconds >= maxSeconds) expect(seconds).toBeLessThan(maxSeconds * (await slowness()));
    },
  );

  it.concurrent.each([
    'an alias bomb of 10^80 values',
    'a map of 20,000 keys',
    '100 MiB of nothing',
    'a prompt of 990,000 escapes',
  ])(`of %s takes less than ${maxMemory} MiB`, async (about) => {
    const child = fileURLToPath(new URL('hostile-child.ts', import.meta.url));
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', child, about]);
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout)).toBeLessThan(maxMemory);
  });
});
