import { describe, expect, it } from 'vitest';

import { allProblems } from '../../../src/commands/job/count-items.ts';
import { readJob } from '../../../src/commands/job/read-job.ts';
import { badFiles } from '../../manifest/bad-files.ts';

async function problemsOf(text: string): Promise<readonly string[]> {
  const reading = await readJob({ text, name: 'job.yaml' });
  if (!('problems' in reading)) return [];
  const { problems } = await allProblems(reading, '2026-01-02T03:04:05.000Z');
  return problems.map(({ line, column, code, message }) => `${line}:${column}: ${code}: ${message}`);
}

const item = (...lines: readonly string[]): string =>
  ['version: 1', 'name: job', 'items:', '  - steps:', ...lines.map((line) => `      - ${line}`)].join('\n');

describe('checking what else is wrong with a bad file', () => {
  it.each(badFiles)('with %s finds no more than there is', async (_about, text) => {
    const reading = await readJob({ text, name: 'job.yaml' });
    const found = 'problems' in reading ? reading.problems : [];
    const own = found.map(({ line, column, code, message }) => `${line}:${column}: ${code}: ${message}`);
    expect(await problemsOf(text)).toEqual(own);
  });

  it('says so where there is no other step', async () => {
    expect(await problemsOf(item('{ id: one, needs: [on], text: "{{ steps.tow.text }}" }'))).toEqual([
      expect.stringMatching(/the steps here: there are none$/),
      expect.stringMatching(/the steps here: there are none$/),
    ]);
  });

  it.each(['', 'text: "{{ steps.one.json }}"', 'text: z, images: ["{{ steps.one.image }}"]'])(
    'finds a slip in `needs` beside others: %s',
    async (third) => {
      const problems = await problemsOf(
        item(
          '{ id: one, text: x }',
          '{ id: two, needs: [on], text: y }',
          ...(third === '' ? [] : [`{ id: three, ${third} }`]),
        ),
      );
      expect(problems[0]).toBe('6:28: step-unknown: unknown step `on`; did you mean `one`?');
      expect(problems.slice(1)).toEqual(third === '' ? [] : [expect.stringContaining('7:')]);
    },
  );
});
