import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildProgram } from './support/build.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const program = 'bin/pollen-batch.js';
const VERSION_BAR_MS = 250;

const commands: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  '--version': [program, '--version'],
  '--help': [program, '--help'],
  validate: [program, 'validate', 'jobs/quickstart.yaml'],
};

/** Measures how long the compiled program takes to answer, beside a Node that does nothing. Builds it first. */
export const start: Benchmark = async ({ repeats = 10, say }) => {
  say('Building …');
  buildProgram();
  const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  // Round by round, so that another program's load meets all of them; the first round only warms the disk's cache.
  for (let round = 0; round <= repeats; round += 1) {
    for (const [name, parameters] of Object.entries(commands)) {
      const ms = run(parameters);
      if (round > 0) times.get(name)?.push(ms);
    }
  }
  const medians = new Map([...times].map(([name, all]) => [name, median(all)]));
  const bare = medians.get('node -e 0') ?? Number.NaN;
  const version = medians.get('--version') ?? Number.NaN;
  const rows: Row[] = [['', 'ms', 'fastest', 'times bare Node']];
  for (const [name, ms] of medians) {
    rows.push([name, ms.toFixed(0), Math.min(...(times.get(name) ?? [])).toFixed(0), (ms / bare).toFixed(2)]);
  }
  return {
    text: `median of ${repeats}, Node ${process.versions.node}\n\n${table(rows)}\n\nbar: --version answers within ${VERSION_BAR_MS} ms`,
    figures: { repeats, medians: Object.fromEntries(medians) },
    missed:
      version <= VERSION_BAR_MS
        ? []
        : [`--version took ${version.toFixed(0)} ms, ${(version / bare).toFixed(2)} times bare Node`],
  };
};

function run(parameters: readonly string[]): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, parameters, {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`node ${parameters.join(' ')} failed: ${stderr.toString()}`);
  return performance.now() - startedAt;
}
