import type { Child } from '../src/local/child.ts';
import { readPlan } from '../src/records/run-store.ts';
import { writeSampleJob } from '../test/support/sample-job.ts';
import { runBareLoop, writeCalls } from './support/bare-run.ts';
import { median, percent, table, type Benchmark, type Row } from './support/benchmark.ts';
import { marginalCpu, mapCpu, measureCpu, parts, sumOf, type Cost, type Cpu } from './support/cpu-by-part.ts';
import { onStack, type Servers } from './support/on-stack.ts';
import { runTimes } from './support/run-times.ts';

const WIDTH = 64;
const WALL_BAR = 1.1;
const CPU_BAR = 8;
const CPU_AIM = 6;
/** Whose CPU is taken off for what a further item takes. */
const FEW = 20;

interface Measured extends Cost {
  /** From the first call, or from the plan's beginning, to the last result, or the end of the run. */
  readonly wallSeconds: number;
  /** The same with the start of the program that a person starts. */
  readonly withStartSeconds: number;
}

interface Pair {
  readonly bare: Measured;
  readonly run: Measured;
}

interface Work extends Servers {
  readonly worker: Child;
  readonly name: string;
  readonly jobFile: string;
  readonly callsFile: string;
}

/**
 * Measures what durability costs: the same calls to the same emulator as a bare loop and as a run, with a worker that is
 * up. CPU is that of all programs but the emulator: the worker, both servers, and the command that submits and watches.
 */
export const overhead: Benchmark = async ({ items = 2_000, repeats = 3, say }) => {
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(WIDTH) };
  const { slow, quick, few } = await onStack(environment, async (servers) => {
    // Without a cache every call is a generation, however often the same ones are made.
    await servers.emulator.change({ cacheMode: 'none' });
    const worker = await servers.stack.startWorker();
    const work = await writeWork(servers, worker, 'overhead', items);
    const little = await writeWork(servers, worker, 'few', FEW);
    const at = async (latency: number, one: Work): Promise<Pair> => {
      await servers.emulator.change({ latency: { kind: 'fixed', ms: latency } });
      return measurePairs(one, repeats, (sentence) => say(`${one.name}, ${latency} ms, ${sentence}`));
    };
    return { slow: await at(500, work), quick: await at(0, work), few: await at(0, little) };
  });
  return describe({ slow, quick, few }, items, repeats);
};

async function writeWork(servers: Servers, worker: Child, name: string, items: number): Promise<Work> {
  const { stack } = servers;
  const jobFile = await writeSampleJob(stack.folder, { name, texts: items, images: 0 });
  return { ...servers, worker, name, jobFile, callsFile: await writeCalls(stack, jobFile) };
}

async function measurePairs(work: Work, repeats: number, say: (sentence: string) => void): Promise<Pair> {
  const { stack, worker, name } = work;
  const pids = { worker: worker.pid, Temporal: stack.temporal.pid(), store: stack.store.pid() };
  const bare: Measured[] = [];
  const run: Measured[] = [];
  // By turns, so that another program's load meets both.
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    const prefix = `bare/${name}-${repeat}`;
    const loop = await measureCpu(['loop', 'store'], pids, () =>
      runBareLoop(work, work.callsFile, { prefix, width: WIDTH }),
    );
    const { seconds: wallSeconds, withStartSeconds } = loop.result;
    bare.push({ ...loop.cost, wallSeconds, withStartSeconds });
    const whole = await measureCpu(['worker', 'Temporal', 'store', 'CLI'], pids, () => runJob(work));
    run.push({ ...whole.cost, ...whole.result });
    say(`${repeat} of ${repeats}: loop ${told(bare.at(-1))}, run ${told(run.at(-1))}`);
  }
  return { bare: middle(bare), run: middle(run) };
}

// A plan is dated when its making begins, right after the run is claimed. The workflow closes just after its marker is
// written, and the server's clock is this machine's.
async function runJob({ stack, name, jobFile }: Work) {
  const startedAt = Date.now();
  const { code, stdout, stderr } = await stack.command('submit', jobFile, '--new', '--watch', '-o', 'json');
  if (code !== 0) throw new Error(`the run ended with ${String(code)}: ${stderr}`);
  const { runId } = JSON.parse(stdout) as { readonly runId: string };
  const run = { ...stack.session.location, job: name, runId };
  const plan = await readPlan(stack.session.store, run);
  const { endedAt = Number.NaN } = await runTimes(stack, run);
  return {
    wallSeconds: (endedAt - Date.parse(plan?.createdAt ?? '')) / 1_000,
    withStartSeconds: (endedAt - startedAt) / 1_000,
  };
}

function middle(measured: readonly Measured[]): Measured {
  const of = (value: (one: Measured) => number): number => median(measured.map(value));
  const { cpu } = measured[0] ?? {};
  return {
    wallSeconds: of((one) => one.wallSeconds),
    withStartSeconds: of((one) => one.withStartSeconds),
    ...(cpu === undefined ? {} : { cpu: mapCpu(cpu, (_, part) => of((one) => one.cpu?.[part] ?? 0)) }),
    others: of((one) => one.others),
  };
}

interface Results {
  readonly slow: Pair;
  readonly quick: Pair;
  readonly few: Pair;
}

function describe({ slow, quick, few }: Results, items: number, repeats: number) {
  const perItem = ({ cpu }: Measured): Cpu | undefined => cpu && mapCpu(cpu, (value) => value / items);
  const further = (of: keyof Pair): Cpu | undefined => marginalCpu(quick[of].cpu, few[of].cpu, items - FEW);
  const wall = slow.run.wallSeconds / slow.bare.wallSeconds;
  const all = perItem(quick.run);
  const rows: Row[] = [
    ['', 'bare loop', 'run', 'run / loop', 'bar'],
    ['500 ms an answer'],
    ...times(slow, items, `<= ${WALL_BAR}x`),
    ...cpuRows('CPU ms an item', perItem(slow.bare), perItem(slow.run)),
    ['0 ms an answer'],
    ...times(quick, items),
    ...cpuRows('CPU ms an item', perItem(quick.bare), all, `<= ${CPU_BAR}, aim ${CPU_AIM}`),
    ...cpuRows(`CPU ms of an item more than ${FEW}`, further('bare'), further('run')),
  ];
  const cpu = all === undefined ? undefined : sumOf(all);
  return {
    text: `${items} text calls, ${WIDTH} wide, median of ${repeats}\n\n${table(rows)}`,
    figures: { items, repeats, width: WIDTH, slow, quick, few, wallRatioAt500: wall, cpuMsAnItem: cpu },
    missed: [
      ...(wall <= WALL_BAR ? [] : [`the run took ${wall.toFixed(3)}x as long as the loop, not ${WALL_BAR}x`]),
      ...((cpu ?? 0) <= CPU_BAR ? [] : [`an item took ${cpu?.toFixed(2)} ms of CPU, not ${CPU_BAR}`]),
    ],
  };
}

function times({ bare, run }: Pair, items: number, bar = ''): Row[] {
  const ratio = `${(run.wallSeconds / bare.wallSeconds).toFixed(3)}x`;
  return [
    ['  wall s', ...cells(bare.wallSeconds, run.wallSeconds, 1), ratio, bar],
    ['  wall s with the start of the program', ...cells(bare.withStartSeconds, run.withStartSeconds, 1)],
    ['  items/s', ...cells(items / bare.wallSeconds, items / run.wallSeconds, 0)],
    ['  other programs, share of the machine', percent(bare.others), percent(run.others)],
  ];
}

function cpuRows(name: string, bare: Cpu | undefined, run: Cpu | undefined, bar = ''): Row[] {
  if (bare === undefined || run === undefined) return [[`  ${name}`, 'not available on this system']];
  const byPart = parts.map((part): Row => [`    ${part}`, ...cells(bare[part], run[part], 2)]);
  return [[`  ${name}`, ...cells(sumOf(bare), sumOf(run), 2), '', bar], ...byPart];
}

function cells(bare: number | undefined, run: number | undefined, digits: number): readonly [string, string] {
  return [bare?.toFixed(digits) ?? '-', run?.toFixed(digits) ?? '-'];
}

function told(measured: Measured | undefined): string {
  const { wallSeconds = Number.NaN, cpu } = measured ?? {};
  return `${wallSeconds.toFixed(1)} s${cpu === undefined ? '' : ` and ${(sumOf(cpu) / 1_000).toFixed(2)} s of CPU`}`;
}
