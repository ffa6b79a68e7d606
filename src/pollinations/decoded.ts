import { pipeline, type Transform } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';

const DECODERS: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', createUnzip],
  ['x-gzip', createUnzip],
  ['deflate', createUnzip],
  ['br', createBrotliDecompress],
]);

/** More would only be sent to wear a reader out. */
const MOST_CODINGS = 5;

/**
 * Decompresses a body as it is read; one with a coding that is not known stays as it is. Fails where the compression
 * ends too early or is none.
 *
 * @param encoding - the header `content-encoding`
 */
export function decoded(body: AsyncIterable<Uint8Array>, encoding: string | null): AsyncIterable<Uint8Array> {
  if (encoding === null) return body;
  const codings = encoding.toLowerCase().split(',', MOST_CODINGS + 1);
  const decoders = codings.flatMap((coding) => DECODERS.get(coding.trim()) ?? []);
  if (decoders.length < codings.length || codings.length > MOST_CODINGS) return body;
  // The last coding was put on last. What goes wrong in a stream ends its neighbours, and so reaches the reader.
  return decoders.reduceRight<AsyncIterable<Uint8Array>>(
    (stream, create) => pipeline(stream, create(), () => undefined),
    body,
  );
}
