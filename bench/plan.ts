import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { firstRecordAt } from './support/call-times.ts';
import { onStack } from './support/on-stack.ts';
import { runTimes } from './support/run-times.ts';
import { submitJob, writeTableJob } from './support/submit-job.ts';
import { timedCommand } from './support/timed-command.ts';

const bars = { validate: 30, submit: 30, matrix: 20, firstRecord: 1.5, memoryMb: 300 } as const;

/** Measures the way of a table of many rows, and of a large matrix, to a run: time and memory, beside a bare loop. */
export const plan: Benchmark = async ({ items = 100_000, say }) => {
  const figures = await onStack(
    { POLLEN_BATCH_RPS: 'none' },
    async ({ stack }) => {
      const { rows, table: tableJob, matrix } = await writeJobs(stack.folder, items);
      const bare = await alone('bare-lines', rows);
      say(`a bare loop: ${bare.seconds.toFixed(1)} s`);
      const planned = await alone('plan-alone', tableJob);
      const ofMatrix = await alone('plan-alone', matrix);
      say(`plan of the matrix: ${ofMatrix.seconds.toFixed(1)} s`);
      const validate = await timedCommand(stack, 'validate', tableJob);
      say(`validate: ${validate.seconds.toFixed(1)} s`);
      const worker = await stack.startWorker();
      const { run, submit } = await submitJob(stack, 'table', tableJob);
      const { startedAt } = await runTimes(stack, run);
      const firstRecord = ((await firstRecordAt(stack, run)) - startedAt) / 1_000;
      say(`submit: ${submit.seconds.toFixed(1)} s, first record ${firstRecord.toFixed(2)} s after the start`);
      await worker.stop();
      return { items, bare, planned, ofMatrix, validate, submit, firstRecord };
    },
    { unfinished: 'it is left when it has its first record' },
  );
  return describe(figures);
};

interface Measured {
  readonly seconds: number;
  readonly peakMb?: number | undefined;
}

async function writeJobs(folder: string, items: number) {
  const { rows, job } = await writeTableJob(folder, 'table', items);
  const side = Math.ceil(Math.sqrt(items));
  const axis = Array.from({ length: side }, (_, index) => index);
  const item = { matrix: { a: axis, b: axis }, id: '{{ a }}-{{ b }}', image: 'Lamp {{ a }} {{ b }}' };
  const matrix = join(folder, 'matrix.json');
  await writeFile(matrix, JSON.stringify({ version: 1, name: 'matrix', items: [item] }));
  return { rows, table: job, matrix };
}

async function alone(program: string, file: string): Promise<Measured> {
  const path = fileURLToPath(new URL(`support/${program}.ts`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', path, file]);
  return JSON.parse(stdout) as Measured;
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
