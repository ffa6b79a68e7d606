import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { resultFormats } from '../src/commands/results/result-formats.ts';
import { workerEnvironment } from '../src/local/product-stack.ts';
import { runKeys, type RunLocation } from '../src/storage/keys.ts';
import { makeResults } from '../test/support/made-results.ts';
import type { ProcessStack } from '../test/support/process-stack.ts';
import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { onStack } from './support/on-stack.ts';
import { timedCommand } from './support/timed-command.ts';

const MEMORY_BAR_MB = 300;
/** Answers of about 500 characters, and prompts like them. */
const texts = Array.from(
  { length: 97 },
  (_, index) => `${index}. ${'A lamp of brass and glass, made by hand in a small town. '.repeat(9)}`,
);

const madeUp = { unchecked: 'its run is made, and was never asked for' };

/** Measures how long results take to be written in each form, and how much memory that takes, beside a bare loop. */
export const results: Benchmark = async ({ items = 100_000, only, say }) => {
  const taken = await onStack(
    {},
    async ({ stack }) => {
      const { store, location } = stack.session;
      const run: RunLocation = { ...location, job: 'made', runId: 'made-0123456789' };
      say(`Making a run of ${items} items …`);
      await makeResults(store, run, items, { texts, everyImage: 500 });
      const bare = bareLoop(stack, run);
      say(`a bare loop: ${bare.seconds.toFixed(1)} s`);
      const ways = new Map<string, readonly string[]>([
        ['files', []],
        ...resultFormats.map((format): [string, string[]] => [format, ['--format', format]]),
        ['dataset', ['--dataset']],
      ]);
      const measured: [string, Measured][] = [['a bare loop', bare]];
      for (const [name, flags] of ways) {
        if (only !== undefined && only !== name) continue;
        const out = join(stack.folder, `out-${name}`);
        const figures = await timedCommand(stack, 'results', run.runId, ...flags, '--out', out);
        say(`${name}: ${figures.seconds.toFixed(1)} s, ${figures.peakMb?.toFixed(0) ?? '?'} MB`);
        measured.push([name, figures]);
      }
      return measured;
    },
    madeUp,
  );
  const bare = taken[0]?.[1].seconds ?? Number.NaN;
  const rows: Row[] = [['', 's', 'times bare', 'MB', 'bar MB']];
  const missed: string[] = [];
  for (const [name, { seconds, peakMb }] of taken) {
    const bar = name === 'a bare loop' ? '' : String(MEMORY_BAR_MB);
    rows.push([name, seconds.toFixed(1), (seconds / bare).toFixed(1), peakMb?.toFixed(0) ?? '', bar]);
    if (bar !== '' && (peakMb ?? 0) > MEMORY_BAR_MB) missed.push(`${name} took ${peakMb?.toFixed(0)} MB`);
  }
  return { text: `${items} items\n${table(rows)}`, figures: Object.fromEntries(taken), missed };
};

interface Measured {
  readonly seconds: number;
  readonly peakMb?: number | undefined;
}

function bareLoop({ addresses, session, folder }: ProcessStack, run: RunLocation): Measured {
  const program = fileURLToPath(new URL('support/bare-results.ts', import.meta.url));
  const parameters = [session.store.bucket, runKeys(run).root, join(folder, 'bare.jsonl')];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', program, ...parameters],
    {
      env: { ...process.env, ...workerEnvironment(addresses) },
    },
  );
  if (status !== 0) throw new Error(`the bare loop failed: ${stderr.toString()}`);
  return JSON.parse(stdout.toString()) as Measured;
}
