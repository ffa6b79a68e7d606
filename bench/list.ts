import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { allRunsQuery } from '../src/commands/runs/runs-in-temporal.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { runViewQuery } from '../src/workflows/messages.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import type { ProcessStack } from '../test/support/process-stack.ts';
import { median, percent, table, type Benchmark, type Row } from './support/benchmark.ts';
import { makeRuns } from './support/made-runs.ts';
import { onStack } from './support/on-stack.ts';
import { cpuOfEndedChildren, watchOthers } from './support/processes.ts';
import { submitTexts } from './support/submit-job.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const JOBS = 20;
const RUNNING = 10;
const LIST_BAR_MS = 1_000;
/** After the start of the program. */
const GET_BAR_MS = 300;
const START = '--version';
const BARE = 'bare client, all';
const BARE_LOOK = 'bare client, running';
const HOUR_MS = 3_600_000;

/** What a person would write who has only Temporal's client, and wants the list, or to know of one run. */
const bareClient = (work: string): string => `
import { Client, Connection } from '@temporalio/client';
const connection = await Connection.connect({ address: process.argv[1] });
const client = new Client({ connection });
${work}
await connection.close();
`;
const bareList = bareClient(
  `for await (const { workflowId } of client.workflow.list({ query: "${allRunsQuery}", pageSize: 1000 })) console.log(workflowId);`,
);
const bareLook = (runId: string): string =>
  bareClient(`const handle = client.workflow.getHandle('${runWorkflowId(runId)}');
console.log((await handle.describe()).status.name, await handle.query('${runViewQuery.name}'));`);

const madeUp = { unchecked: 'most of its runs are made, without results' };

/**
 * Measures how long the program takes to list many runs and to show one. Most of the runs are made: see
 * {@link makeRuns}. Those that `get` shows are real, one that has ended and one whose calls are under way.
 */
export const list: Benchmark = async ({ items = 1_000, repeats = 7, only, say }) => {
  const others = watchOthers();
  const taken = await onStack(
    { POLLEN_BATCH_RPS: 'none' },
    async ({ stack, emulator }) => {
      await stack.startWorker();
      const { run: ended } = await submitTexts(stack, 'ended', 3);
      await untilEnded(stack, ended);
      say(`Making ${items} runs …`);
      await makeRuns(stack.session, ended, { ended: items - RUNNING - 2, running: RUNNING, jobs: JOBS });
      await emulator.change({ latency: { kind: 'fixed', ms: HOUR_MS } });
      const { run: running } = await submitTexts(stack, 'running', 3);
      const commands: Readonly<Record<string, readonly string[]>> = {
        [START]: ['--version'],
        list: ['list'],
        [`list --limit ${items}`]: ['list', '--limit', String(items)],
        [`list --state completed --limit ${items}`]: [
          'list',
          '--state',
          'completed',
          '--limit',
          String(items),
        ],
        'list --job': ['list', '--job', 'made-7'],
        'list -o name': ['list', '-o', 'name'],
        'get, ended': ['get', ended.runId],
        'get, running': ['get', running.runId],
      };
      return inRounds(
        stack,
        { commands, bare: { [BARE]: bareList, [BARE_LOOK]: bareLook(running.runId) } },
        only,
        repeats,
      );
    },
    madeUp,
  );
  const start = taken.get(START)?.ms ?? Number.NaN;
  const rows: Row[] = [['', 'ms', 'fastest', 'CPU ms', `times ${START}`, 'times bare', 'bar ms']];
  const missed: string[] = [];
  for (const [name, { ms, fastest, cpu }] of taken) {
    const bar = barOf(name, start);
    const bare = taken.get(name.startsWith('get') || name === BARE_LOOK ? BARE_LOOK : BARE)?.ms ?? Number.NaN;
    rows.push([
      name,
      ms.toFixed(0),
      fastest.toFixed(0),
      cpu.toFixed(0),
      (ms / start).toFixed(2),
      (ms / bare).toFixed(2),
      bar?.toFixed(0) ?? '',
    ]);
    if (bar !== undefined && ms > bar) missed.push(`${name} took ${ms.toFixed(0)} ms, not ${bar.toFixed(0)}`);
  }
  return {
    text: `${items} runs of ${JOBS} jobs, median of ${repeats}, Node ${process.versions.node}; other programs took ${percent(others() ?? 0)} of the machine
bars: a list within ${LIST_BAR_MS} ms in all, get within ${GET_BAR_MS} ms after the start of the program

${table(rows)}`,
    figures: { items, repeats, taken: Object.fromEntries(taken) },
    missed,
  };
};

interface Programs {
  /** Parameters of ours. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Text of those without it. */
  readonly bare: Readonly<Record<string, string>>;
}

interface Taken {
  readonly ms: number;
  readonly fastest: number;
  readonly cpu: number;
}

// Round by round, so that another program's load meets all of them; the first round only warms caches.
async function inRounds(
  stack: ProcessStack,
  { commands, bare }: Programs,
  only: string | undefined,
  repeats: number,
): Promise<ReadonlyMap<string, Taken>> {
  const runs = new Map<string, () => Promise<void>>();
  for (const [name, parameters] of Object.entries(commands)) {
    if (only !== undefined && name !== START && !name.startsWith(only)) continue;
    runs.set(name, async () => {
      const { code, stderr } = await stack.command(...parameters);
      if (code !== 0) throw new Error(`${name} failed: ${stderr}`);
    });
  }
  for (const [name, program] of Object.entries(bare)) {
    runs.set(name, () => Promise.resolve(askBare(stack, program)));
  }
  const times = new Map([...runs.keys()].map((name) => [name, { ms: [] as number[], cpu: [] as number[] }]));
  for (let round = 0; round <= repeats; round += 1) {
    for (const [name, run] of runs) {
      const [startedAt, cpu] = [performance.now(), cpuOfEndedChildren() ?? Number.NaN];
      await run();
      const ms = performance.now() - startedAt;
      if (round === 0) continue;
      times.get(name)?.ms.push(ms);
      times.get(name)?.cpu.push((cpuOfEndedChildren() ?? Number.NaN) - cpu);
    }
  }
  return new Map(
    [...times].map(([name, { ms, cpu }]) => [
      name,
      { ms: median(ms), fastest: Math.min(...ms), cpu: median(cpu) },
    ]),
  );
}

function askBare({ addresses }: ProcessStack, program: string): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, addresses.temporal.address],
    { cwd: repository, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (status !== 0) throw new Error(`the bare client failed: ${stderr.toString()}`);
}

function barOf(name: string, start: number): number | undefined {
  if (name.startsWith('list')) return LIST_BAR_MS;
  return name.startsWith('get') ? start + GET_BAR_MS : undefined;
}
