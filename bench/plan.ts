import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { emulatorKeys } from '../src/emulator/index.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../src/storage/keys.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { startProcessStack, type ProcessStack } from '../test/support/process-stack.ts';
import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { startEmulatorProcess } from './support/emulator-process.ts';
import { peakMemoryOf } from './support/processes.ts';

const bars = { validate: 30, submit: 30, matrix: 20, firstRecord: 1.5, memoryMb: 300 } as const;

/** Measures the way of a table of many rows, and of a large matrix, to a run: time and memory, beside a bare loop. */
export const plan: Benchmark = async ({ items = 100_000, say }) => {
  const emulator = await startEmulatorProcess();
  const environment = { POLLEN_BATCH_RPS: 'none' };
  const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment });
  try {
    const { rows, table: tableJob, matrix } = await writeJobs(stack.folder, items);
    const bare = await alone('bare-lines', rows);
    say(`a bare loop: ${bare.seconds.toFixed(1)} s`);
    const planned = await alone('plan-alone', tableJob);
    const ofMatrix = await alone('plan-alone', matrix);
    say(`plan of the matrix: ${ofMatrix.seconds.toFixed(1)} s`);
    const validate = await timed(stack, 'validate', tableJob);
    say(`validate: ${validate.seconds.toFixed(1)} s`);
    const worker = await stack.startWorker();
    const submit = await timed(stack, 'submit', tableJob, '-o', 'json');
    const { runId } = JSON.parse(submit.stdout) as { readonly runId: string };
    const run = { ...stack.session.location, job: 'table', runId };
    const firstRecord = await untilFirstRecord(stack, run);
    say(`submit: ${submit.seconds.toFixed(1)} s, first record ${firstRecord.toFixed(2)} s after the start`);
    await worker.stop();
    return describe({ items, bare, planned, ofMatrix, validate, submit, firstRecord });
  } finally {
    await stack.stop();
    await emulator.stop();
  }
};

interface Measured {
  readonly seconds: number;
  readonly peakMb?: number | undefined;
}

async function writeJobs(folder: string, items: number) {
  const rows = join(folder, 'rows.jsonl');
  const file = createWriteStream(rows);
  for (let row = 0; row < items; row += 1) {
    const description = `A lamp of brass and glass, number ${row}, made by hand in a small town`;
    file.write(`${JSON.stringify({ sku: `sku-${row}`, name: `lamp ${row}`, description })}\n`);
  }
  file.end();
  await finished(file);
  const side = Math.ceil(Math.sqrt(items));
  const axis = Array.from({ length: side }, (_, index) => index);
  const write = async (name: string, item: object): Promise<string> => {
    const path = join(folder, `${name}.json`);
    await writeFile(path, JSON.stringify({ version: 1, name, items: [item] }));
    return path;
  };
  const text = 'One line about {{ row.name }}: {{ row.description }}';
  const params = { max_tokens: 50 };
  return {
    rows,
    table: await write('table', { from: 'rows.jsonl', id: '{{ row.sku }}', text, params }),
    matrix: await write('matrix', {
      matrix: { a: axis, b: axis },
      id: '{{ a }}-{{ b }}',
      image: 'Lamp {{ a }} {{ b }}',
    }),
  };
}

async function alone(program: string, file: string): Promise<Measured> {
  const path = fileURLToPath(new URL(`support/${program}.ts`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', path, file]);
  return JSON.parse(stdout) as Measured;
}

async function timed(stack: ProcessStack, ...parameters: string[]) {
  const startedAt = performance.now();
  const command = await stack.begin(...parameters);
  const state = { isOver: false };
  const ended = command.ended.finally(() => (state.isOver = true));
  let peakMb: number | undefined;
  while (!state.isOver) {
    peakMb = peakMemoryOf(command.pid) ?? peakMb;
    await Promise.race([pause(100), ended]);
  }
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`${parameters[0]} failed: ${stderr}`);
  return { seconds: (performance.now() - startedAt) / 1_000, peakMb, stdout };
}

/** Seconds between the start of a run's workflow and its first record, as the servers' clocks tell them. */
async function untilFirstRecord({ session }: ProcessStack, run: RunLocation): Promise<number> {
  const { startTime } = await session.temporal.client.workflow.getHandle(runWorkflowId(run.runId)).describe();
  const parse = (key: string): boolean => parseRecordKey(key) !== undefined;
  for (;;) {
    const times: number[] = [];
    for await (const { key, modified } of session.store.list(runKeys(run).itemPrefix(0))) {
      if (parse(key)) times.push(modified.getTime());
    }
    if (times.length > 0) return (Math.min(...times) - startTime.getTime()) / 1_000;
    await pause(50);
  }
}

interface Figures {
  readonly items: number;
  readonly bare: Measured;
  readonly planned: Measured;
  readonly ofMatrix: Measured;
  readonly validate: Measured;
  readonly submit: Measured;
  readonly firstRecord: number;
}

function describe(figures: Figures) {
  const { items, bare, firstRecord } = figures;
  const measured = [
    ['a bare loop over the rows', bare, undefined],
    ['planJob, rows', figures.planned, undefined],
    ['planJob, matrix', figures.ofMatrix, bars.matrix],
    ['validate, rows', figures.validate, bars.validate],
    ['submit, rows', figures.submit, bars.submit],
  ] as const;
  const rows: Row[] = [['', 's', 'bar', 'times bare', 'MB']];
  const missed: string[] = [];
  for (const [name, { seconds, peakMb }, bar] of measured) {
    const times = (seconds / bare.seconds).toFixed(1);
    rows.push([name, seconds.toFixed(1), bar?.toFixed(0) ?? '', times, peakMb?.toFixed(0) ?? '']);
    if (bar !== undefined && seconds > bar) missed.push(`${name} took ${seconds.toFixed(1)} s`);
    if ((peakMb ?? 0) > bars.memoryMb) missed.push(`${name} took ${peakMb?.toFixed(0)} MB`);
  }
  rows.push(['first record', firstRecord.toFixed(2), String(bars.firstRecord)]);
  if (firstRecord > bars.firstRecord) missed.push(`the first record came after ${firstRecord.toFixed(2)} s`);
  return { text: `${items} items, at most ${bars.memoryMb} MB\n\n${table(rows)}`, figures, missed };
}
