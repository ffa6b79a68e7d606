import { createHash, type Hash } from 'node:crypto';

import { PollenBatchError } from '../../errors.ts';
import type { BatchSource, JobChecks } from '../../manifest/job.ts';
import { printable } from '../../manifest/printable.ts';
import type { Problem } from '../../manifest/problem.ts';
import type { ExpandedItem } from '../expand/expanded-item.ts';
import type { JobFiles } from '../job-files.ts';
import { readBatchLine } from './batch-line.ts';
import { createCustomIds } from './custom-ids.ts';
import { readLines } from './lines.ts';
import { columnOf } from './line-fault.ts';

interface BatchContext {
  /** Names the file in problems. */
  readonly file: string;
  readonly files: JobFiles;
  readonly checks: JobChecks;
}

type Expansion =
  | { readonly kind: 'item'; readonly item: ExpandedItem }
  | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * Spreads a file in the form of OpenAI's Batch API out into items, a line each, as it is read.
 *
 * @throws PollenBatchError `usage` when the file is not the one any more that the job was made of
 */
export async function* expandBatch(source: BatchSource, context: BatchContext): AsyncGenerator<Expansion> {
  const { file, files, checks } = context;
  const ids = createCustomIds();
  const hash = createHash('sha256');
  const bodies = { checks, ...(source.model === undefined ? {} : { model: source.model }) };
  let number = 0;

  for await (const { number: line, text } of readLines(hashed(files.open(source.path), hash))) {
    const problem = (code: Problem['code'], message: string, column = 1): Expansion => ({
      kind: 'problem',
      problem: { file, line, column, code, message: printable(message) },
    });
    if (text?.trim() === '') continue;
    number += 1;
    if (text === undefined) {
      yield problem('data-invalid', 'the line is no UTF-8, or longer than 16 MiB');
      continue;
    }
    const read = readBatchLine(text, bodies);
    if ('faults' in read) {
      for (const fault of read.faults) yield problem(fault.code, fault.message, columnOf(text, fault));
      continue;
    }
    const name = ids.name(read.customId, number, line);
    const column = columnOf(text, { code: 'id-duplicate', message: '', at: ['custom_id'] });
    yield 'problem' in name
      ? problem('id-duplicate', name.problem, column)
      : { kind: 'item', item: { number, ...name, steps: [read.step], place: { file, line, column: 1 } } };
  }
  if (number === 0) {
    yield {
      kind: 'problem',
      problem: { file, line: 1, column: 1, code: 'file-empty', message: 'the file has no lines' },
    };
  }
  if (hash.digest('hex') !== source.sha256) throw changed(file);
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function changed(file: string): PollenBatchError {
  return new PollenBatchError('usage', `${file} was changed while it was read`, {
    remedy: 'Nothing was started. Try again once it is written.',
  });
}
