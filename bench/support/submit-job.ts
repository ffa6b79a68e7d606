import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunLocation } from '../../src/storage/keys.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';
import { timedCommand, type TimedCommand } from './timed-command.ts';

/** A run that was submitted, and what that took. */
export interface Submitted {
  readonly run: RunLocation;
  readonly submit: TimedCommand;
}

/**
 * Writes a table of so many rows, and a job with a text a row: a job file itself holds no more than 5,000 items.
 *
 * @param settings - further keys of the job
 * @returns paths of both
 */
export async function writeTableJob(
  folder: string,
  name: string,
  items: number,
  settings: object = {},
): Promise<{ readonly rows: string; readonly job: string }> {
  const rows = join(folder, `${name}.jsonl`);
  const lines = Array.from({ length: items }, (_, row) => {
    const description = `A lamp of brass and glass, number ${row}, made by hand in a small town`;
    return `${JSON.stringify({ sku: `sku-${row}`, name: `lamp ${row} of ${name}`, description })}\n`;
  });
  await writeFile(rows, lines.join(''));
  const text = 'One line about {{ row.name }}: {{ row.description }}';
  const item = { from: `${name}.jsonl`, id: '{{ row.sku }}', text, params: { max_tokens: 50 } };
  const job = join(folder, `${name}.json`);
  await writeFile(job, JSON.stringify({ version: 1, name, ...settings, items: [item] }));
  return { rows, job };
}

/** Submits a job file, and does not wait for its end. */
export async function submitJob(stack: ProcessStack, name: string, file: string): Promise<Submitted> {
  const submit = await timedCommand(stack, 'submit', file, '-o', 'json');
  const { runId } = JSON.parse(submit.stdout) as { readonly runId: string };
  return { run: { ...stack.session.location, job: name, runId }, submit };
}

/** Submits a job of so many texts, and does not wait for its end. */
export async function submitTexts(
  stack: ProcessStack,
  name: string,
  texts: number,
  settings: object = {},
): Promise<Submitted> {
  const { job } = await writeTableJob(stack.folder, name, texts, settings);
  return submitJob(stack, name, job);
}
