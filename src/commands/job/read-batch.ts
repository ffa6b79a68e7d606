import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import type { Job } from '../../manifest/job.ts';
import { quoted } from '../../manifest/printable.ts';
import { isName, nameRule } from '../../manifest/schema.ts';
import type { JobFiles } from '../../plan/job-files.ts';
import type { JobReading, JobSource } from './job-reading.ts';

const EXTENSION = /\.(jsonl|ndjson)$/i;

/** As much of a file as tells what it is. */
const HEAD_BYTES = 64 * 1024;

/**
 * Takes a file in the form of OpenAI's Batch API for a job of its name; its lines are read when the job is spread out.
 * Gives nothing where the file has another form, or cannot be opened.
 *
 * @param model - takes the place of the model that each line names
 * @throws PollenBatchError `usage` when a model is given for a file that names its models itself
 */
export async function readBatch(
  source: JobSource,
  model: string | undefined,
): Promise<JobReading | undefined> {
  const file = typeof source === 'string' ? source : source.name;
  const head = await headOf(source);
  // Whoever reads it next says why it cannot be read.
  if (head === undefined) return undefined;
  if (!EXTENSION.test(file) && !hasBatchLine(head)) {
    if (model === undefined) return undefined;
    throw new PollenBatchError('usage', `${file} is a job file, which names its models itself`, {
      remedy: 'Leave --model out, or change `defaults` in the file.',
    });
  }
  const path = basename(file);
  const name = path.replace(EXTENSION, '');
  if (!isName(name)) {
    const message = `the file's name ${quoted(name)} cannot name the job; rename it to ${nameRule}`;
    return { file, problems: [{ file, line: 1, column: 1, code: 'name-invalid', message }] };
  }
  const read = (): AsyncIterable<Uint8Array> =>
    typeof source === 'string' ? createReadStream(source) : inMemory(source.text);
  const files: JobFiles = { open: read, match: () => Promise.resolve([]) };
  const batch = { path, sha256: await digestOf(read()), ...(model === undefined ? {} : { model }) };
  const job: Job = { version: 1, name, batch, entries: [] };
  return { file, job, warnings: [], placeOf: () => ({ line: 1, column: 1 }), files };
}

/** Whether a text begins as a line of a batch file does; such a line can be longer than what is looked at. */
function hasBatchLine(head: string): boolean {
  return /^\uFEFF?\s*\{/.test(head) && /"custom_id"\s*:/.test(head.trimStart().split('\n', 1)[0] ?? '');
}

async function headOf(source: JobSource): Promise<string | undefined> {
  if (typeof source !== 'string') return source.text.slice(0, HEAD_BYTES);
  try {
    // What is read from a pipe is not there for the next reader.
    if (!(await stat(source)).isFile()) return undefined;
    await using handle = await open(source);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES));
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  }
}

// oxlint-disable-next-line require-await
async function* inMemory(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
