import { createHash } from 'node:crypto';

/** What a file was, once all of it has been read. */
export interface HashedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** Bytes that are hashed while somebody reads them. */
export interface HashedBytes {
  /** Whoever reads it may stop anywhere. */
  readonly stream: AsyncIterable<Uint8Array>;
  /** Reads what is left. */
  readonly finish: () => Promise<HashedFile>;
  readonly close: () => Promise<void>;
}

/** Hashes a file while it is read. */
export function hashedBytes(file: AsyncIterable<Uint8Array>): HashedBytes {
  const hash = createHash('sha256');
  const source = file[Symbol.asyncIterator]();
  let bytes = 0;
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    const result = await source.next();
    if (result.done !== true) {
      hash.update(result.value);
      bytes += result.value.byteLength;
    }
    return result;
  };
  return {
    // Without a `return`, so that a reader who stops does not close it.
    stream: { [Symbol.asyncIterator]: () => ({ next }) },
    async finish() {
      while ((await next()).done !== true);
      return { sha256: hash.digest('hex'), bytes };
    },
    close: async () => void (await source.return?.()),
  };
}
