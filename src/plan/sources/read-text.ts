import { maxFileBytes } from '../../manifest/decode-job-file.ts';
import { collectBytes } from '../collect-bytes.ts';
import { checkBytes, withoutMark } from './check-bytes.ts';
import { SourceError } from './row.ts';

/**
 * Reads the text of a file that can only be read whole.
 *
 * @param limit - most bytes that it may have
 * @param instead - what larger files are to be, as the end of a sentence
 * @throws SourceError `file-too-large`, or for what is no text
 */
export async function readText(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
  instead: string,
): Promise<string> {
  const collected = await collectBytes(stream, limit);
  if (collected === undefined) {
    const message = `the file has more than ${limit / 1024 / 1024} MiB; ${instead}`;
    throw new SourceError('file-too-large', message);
  }
  const bytes = withoutMark(collected);
  checkBytes(bytes, 1);
  return bytes.toString('utf8');
}

/** Reads the text of a file that is one list, up to the size of a job file. */
export function readListText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return readText(stream, maxFileBytes, 'write it as JSON Lines (.jsonl), which may have any size');
}
