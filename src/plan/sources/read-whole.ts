import { checkBytes, withoutMark } from './check-bytes.ts';
import { SourceError } from './row.ts';

/**
 * Reads a file that can only be read whole.
 *
 * @param limit - most bytes that it may have
 * @param instead - what larger files are to be, as the end of a sentence
 * @throws SourceError `file-too-large`, or for what is no text
 */
export async function readWhole(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
  instead: string,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.byteLength;
    if (length > limit) {
      throw new SourceError(
        'file-too-large',
        `the file has more than ${limit / 1024 / 1024} MiB; ${instead}`,
      );
    }
    chunks.push(chunk);
  }
  const bytes = withoutMark(Buffer.concat(chunks));
  checkBytes(bytes, 1);
  return bytes.toString('utf8');
}
