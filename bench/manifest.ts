import { parse } from 'yaml';

import { loadJob } from '../src/manifest/load-job.ts';
import { median, table, type Benchmark } from './support/benchmark.ts';

// The rules of an API are no part of it.
const noRules = { paramProblems: () => [], promptProblem: () => undefined };

/** Loads a file of many items, and parses the same text as bare YAML; in turns, so that other load meets both. */
export const manifest: Benchmark = async ({ items = 5_000, repeats = 3, say }) => {
  const rows = Array.from(
    { length: items },
    (_, n) => `- { id: i${n}, text: Hello number ${n}, params: { seed: ${n} } }\n`,
  );
  const text = `version: 1\nitems:\n${rows.join('')}`;
  const loads: number[] = [];
  const parses: number[] = [];
  for (let round = 1; round <= repeats; round += 1) {
    say(`round ${round} of ${repeats}`);
    parses.push(seconds(() => void parse(text)));
    loads.push(
      seconds(() => {
        const loaded = loadJob(text, 'job.yaml', noRules);
        if ('problems' in loaded) throw new Error(`the file was refused: ${loaded.problems[0]?.message}`);
        if (loaded.job.entries.length !== items) throw new Error('items were lost');
      }),
    );
  }
  const [load, bare] = [median(loads), median(parses)];
  return {
    text: `${items} items, ${(text.length / 1e6).toFixed(1)} MB, median of ${repeats}\n\n${table([
      ['', 'seconds', 'items a second'],
      ['job', load.toFixed(2), (items / load).toFixed(0)],
      ['bare YAML', bare.toFixed(2), (items / bare).toFixed(0)],
    ])}\n\ntimes a bare YAML parse: ${(load / bare).toFixed(2)}`,
    figures: { items, repeats, load, bare, ratio: load / bare },
    missed: [],
  };
};

function seconds(work: () => void): number {
  const startedAt = performance.now();
  work();
  return (performance.now() - startedAt) / 1_000;
}
