import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readValidJob } from '../src/commands/read-job.ts';
import { emulatorKeys } from '../src/emulator/index.ts';
import type { Child } from '../src/local/child.ts';
import { workerEnvironment } from '../src/local/product-stack.ts';
import { planReading } from '../src/commands/plan-reading.ts';
import { parsePage } from '../src/plan/pages.ts';
import { openSpool } from '../src/plan/spool.ts';
import { readPlan } from '../src/records/run-store.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { startProcessStack, type ProcessStack } from '../test/support/process-stack.ts';
import { writeSampleJob } from '../test/support/sample-job.ts';
import { median, table, type Benchmark, type Row } from './support/benchmark.ts';
import { startEmulatorProcess, type EmulatorProcess } from './support/emulator-process.ts';
import { cpuOf, cpuOfEndedChildren, watchOthers } from './support/processes.ts';

const WIDTH = 64;
const WALL_BAR = 1.15;
const JOB = 'overhead';

/** CPU milliseconds an item by part; a part that was not there is absent. */
type Cpu = Readonly<Partial<Record<'loop' | 'worker' | 'Temporal' | 'store' | 'CLI', number>>>;

interface Wall {
  /** From the first call, or from submit, to the last result, or the marker. */
  readonly wallSeconds: number;
  /** The same with the start of the program that a person starts. */
  readonly withStartSeconds: number;
}

interface Measured extends Wall {
  /** Absent where the system does not tell. */
  readonly cpu?: Cpu;
  /** Share of the machine that other programs took meanwhile, 0 to 1. */
  readonly others?: number;
}

interface Pair {
  /** Milliseconds until an answer. */
  readonly latency: number;
  readonly bare: Measured;
  readonly run: Measured;
}

interface Bench {
  readonly stack: ProcessStack;
  readonly emulator: EmulatorProcess;
  readonly worker: Child;
  readonly items: number;
  readonly jobFile: string;
  readonly callsFile: string;
}

/**
 * Measures what durability costs: the same calls to the same emulator as a bare loop and as a run. The loop's wall counts
 * from its first call to its last answer stored, the run's from its submit to its marker, with a worker that is up.
 */
export const overhead: Benchmark = async ({ items = 2_000, repeats = 3, say }) => {
  const emulator = await startEmulatorProcess();
  // Without a cache every call is a generation, however often the same ones are made.
  await emulator.change({ cacheMode: 'none' });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(WIDTH) };
  const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment });
  try {
    const jobFile = await writeSampleJob(stack.folder, { name: JOB, texts: items, images: 0 });
    const callsFile = await writeCalls(stack, jobFile);
    const bench: Bench = { stack, emulator, worker: await stack.startWorker(), items, jobFile, callsFile };
    let ordinal = 0;
    const results: Pair[] = [];
    for (const latency of [500, 0]) {
      await emulator.change({ latency: { kind: 'fixed', ms: latency } });
      const bare: Measured[] = [];
      const run: Measured[] = [];
      for (let repeat = 1; repeat <= repeats; repeat += 1) {
        ordinal += 1;
        bare.push(await measure(bench, ['loop', 'store'], () => runBareLoop(bench, ordinal)));
        run.push(await measure(bench, ['worker', 'Temporal', 'store', 'CLI'], () => runJob(bench)));
        say(
          `${latency} ms, ${repeat} of ${repeats}: loop ${bare.at(-1)?.wallSeconds.toFixed(1)} s, run ${run.at(-1)?.wallSeconds.toFixed(1)} s`,
        );
      }
      results.push({ latency, bare: middle(bare), run: middle(run) });
    }
    await bench.worker.stop();
    return describe(results, items, repeats);
  } finally {
    await stack.stop();
    await emulator.stop();
  }
};

async function writeCalls({ session, folder }: ProcessStack, jobFile: string): Promise<string> {
  const spool = openSpool();
  const reading = await readValidJob(jobFile);
  const { plan, pageText } = await planReading(session, reading, {
    allowUnpriced: false,
    mayRepeat: false,
    spool,
  });
  const file = join(folder, 'calls.jsonl');
  const calls = plan.pages
    .flatMap(({ page }) => parsePage(pageText(page)))
    .flatMap((item) => ('request' in item ? [JSON.stringify(item.request)] : []));
  spool.close();
  await writeFile(file, `${calls.join('\n')}\n`);
  return file;
}

async function measure(
  bench: Bench,
  parts: readonly (keyof Cpu)[],
  act: () => Promise<Wall>,
): Promise<Measured> {
  const { stack, worker, items } = bench;
  const read = (): Readonly<Record<keyof Cpu, number | undefined>> => ({
    worker: cpuOf(worker.pid),
    Temporal: cpuOf(stack.temporal.pid()),
    store: cpuOf(stack.store.pid()),
    loop: cpuOfEndedChildren(),
    CLI: cpuOfEndedChildren(),
  });
  const others = watchOthers();
  const before = read();
  const wall = await act();
  const after = read();
  const cpu: Partial<Record<keyof Cpu, number>> = {};
  for (const part of parts) {
    const [from, to] = [before[part], after[part]];
    if (from === undefined || to === undefined) return wall;
    cpu[part] = (to - from) / items;
  }
  return { ...wall, cpu, others: others() ?? 0 };
}

async function runBareLoop({ stack, emulator, callsFile }: Bench, ordinal: number): Promise<Wall> {
  const { bucket } = stack.addresses.store;
  const file = fileURLToPath(new URL('support/bare-loop.ts', import.meta.url));
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', file, callsFile, emulator.url, bucket, `bare/${ordinal}`, String(WIDTH)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...workerEnvironment(stack.addresses, emulatorKeys.secret) },
    },
  );
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the bare loop ended with ${String(code)}`);
  return { wallSeconds: Number(output) / 1_000, withStartSeconds: (performance.now() - startedAt) / 1_000 };
}

// A plan is dated when its making begins, right after the run is claimed. The workflow closes just after its marker is
// written, and the server's clock is this machine's.
async function runJob({ stack, jobFile }: Bench): Promise<Wall> {
  const { session } = stack;
  const startedAt = Date.now();
  const { code, stdout, stderr } = await stack.command('submit', jobFile, '--new', '--watch', '-o', 'json');
  if (code !== 0) throw new Error(`the run ended with ${String(code)}: ${stderr}`);
  const { runId } = JSON.parse(stdout) as { readonly runId: string };
  const plan = await readPlan(session.store, { ...session.location, job: JOB, runId });
  const { closeTime } = await session.temporal.client.workflow.getHandle(runWorkflowId(runId)).describe();
  const endedAt = closeTime?.getTime() ?? Number.NaN;
  return {
    wallSeconds: (endedAt - Date.parse(plan?.createdAt ?? '')) / 1_000,
    withStartSeconds: (endedAt - startedAt) / 1_000,
  };
}

function middle(measured: readonly Measured[]): Measured {
  const wallSeconds = median(measured.map((one) => one.wallSeconds));
  const withStartSeconds = median(measured.map((one) => one.withStartSeconds));
  const cpus = measured.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
  const names = Object.keys(cpus[0] ?? {}) as (keyof Cpu)[];
  const cpu = Object.fromEntries(names.map((name) => [name, median(cpus.map((one) => one[name] ?? 0))]));
  const others = median(measured.map((one) => one.others ?? 0));
  return { wallSeconds, withStartSeconds, ...(names.length === 0 ? {} : { cpu, others }) };
}

function describe(results: readonly Pair[], items: number, repeats: number) {
  const rows: Row[] = [['', 'bare loop', 'run', 'run / loop']];
  for (const { latency, bare, run } of results) {
    rows.push([`${latency} ms an answer`]);
    rows.push([
      '  wall s',
      ...cells(bare.wallSeconds, run.wallSeconds, 1),
      `${(run.wallSeconds / bare.wallSeconds).toFixed(3)}x`,
    ]);
    rows.push([
      '  wall s with the start of the program',
      ...cells(bare.withStartSeconds, run.withStartSeconds, 1),
    ]);
    rows.push(['  items/s', ...cells(items / bare.wallSeconds, items / run.wallSeconds, 0)]);
    if (bare.cpu === undefined || run.cpu === undefined) {
      rows.push(['  CPU', 'not available on this system']);
      continue;
    }
    rows.push(['  CPU ms an item', ...cells(sum(bare.cpu), sum(run.cpu), 2)]);
    for (const part of ['loop', 'worker', 'Temporal', 'store', 'CLI'] as const) {
      rows.push([`    ${part}`, ...cells(bare.cpu[part], run.cpu[part], 2)]);
    }
    rows.push(['  other programs, % of machine', ...cells(percent(bare.others), percent(run.others), 0)]);
  }
  const ratio = ratioOf(results[0]);
  const title = `${items} text calls, ${WIDTH} wide, median of ${repeats}`;
  return {
    text: `${title}\n\n${table(rows)}\n\nbar: at 500 ms a run takes at most ${WALL_BAR}x as long as the loop`,
    figures: { items, repeats, width: WIDTH, latencies: results, wallRatioAt500: ratio },
    missed:
      ratio <= WALL_BAR ? [] : [`the run took ${ratio.toFixed(3)}x as long as the loop, not ${WALL_BAR}x`],
  };
}

function ratioOf(pair: Pair | undefined): number {
  return pair === undefined ? Number.NaN : pair.run.wallSeconds / pair.bare.wallSeconds;
}

function sum(cpu: Cpu): number {
  return Object.values(cpu).reduce((total, value) => total + value, 0);
}

function percent(share = 0): number {
  return share * 100;
}

function cells(bare: number | undefined, run: number | undefined, digits: number): readonly [string, string] {
  return [bare?.toFixed(digits) ?? '-', run?.toFixed(digits) ?? '-'];
}
