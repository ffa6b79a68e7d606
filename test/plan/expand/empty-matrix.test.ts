import { expect, it } from 'vitest';

import { expandJob } from '../../../src/plan/expand/expand-job.ts';
import { jobChecks } from '../../../src/pollinations/job-checks.ts';
import { dataFiles } from '../../support/data-files.ts';
import { readOf } from '../../support/job.ts';
import { secondsOf, slowness } from '../../support/processor-time.ts';

const numbers = Array.from({ length: 300 }, (_, index) => index);
const matrix = (left: readonly number[]): string => {
  const excluded = numbers.filter((number) => !left.includes(number)).map((a) => ({ a }));
  return JSON.stringify({ a: numbers, b: numbers, exclude: excluded });
};

/** Counts what is told of a job, and how often a timer runs meanwhile. */
async function expand(yaml: string) {
  const { job, placeOf } = readOf(`version: 1\nname: x\n${yaml}`);
  const context = { file: 'job.yaml', placeOf, time: '2026-11-25T23:30:00Z', checks: jobChecks };
  const told: Record<string, number> = {};
  let beats = 0;
  const timer = setInterval(() => (beats += 1), 1);
  const seconds = await secondsOf(async () => {
    for await (const { kind } of expandJob(job, { ...context, files: dataFiles({ 'c.txt': 'a\nb\n' }) })) {
      told[kind] = (told[kind] ?? 0) + 1;
    }
  });
  clearInterval(timer);
  return { told, seconds, beats };
}

// How slow the machine is changes from one moment to the next, so that a measurement may be had again.
it.each([
  ['of the job', `matrix: ${matrix([])}\nitems:\n${'  - text: a\n'.repeat(50)}`, { problem: 1 }],
  [
    'of several prompts',
    `items:\n  - { prompts: [${'a, '.repeat(50)}], matrix: ${matrix([])} }\n`,
    { problem: 1 },
  ],
  [
    'of items alike',
    `items:\n  - text: one\n${`  - { from: c.txt, text: a, matrix: ${matrix([])} }\n`.repeat(40)}`,
    { item: 1, warning: 40 },
  ],
])(
  'looks a matrix %s that is empty through once',
  { retry: 2, timeout: 60_000 },
  async (_what, yaml, all) => {
    const { told, seconds } = await expand(yaml);
    expect(told).toEqual(all);
    if (seconds >= 1) expect(seconds).toBeLessThan(await slowness());
  },
);

it.each([
  ['no combination', matrix([])],
  ['the last combinations alone', matrix([299])],
])('lets timers run while it looks for %s', async (_what, written) => {
  const { beats } = await expand(`items:\n  - text: "{{ a }} {{ b }}"\n    matrix: ${written}\n`);
  expect(beats).toBeGreaterThan(1);
});
