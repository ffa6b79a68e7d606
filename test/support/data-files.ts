import { PollenBatchError } from '../../src/errors.ts';
import type { JobFiles } from '../../src/plan/job-files.ts';
import { globPattern } from '../../src/plan/sources/glob.ts';

/** Files of a job that are in memory, in pieces of so many bytes. */
export function dataFiles(files: Readonly<Record<string, string | Uint8Array>>, piece = 7): JobFiles {
  return {
    open(path) {
      const content = files[path];
      if (content === undefined) throw new PollenBatchError('job-invalid', `there is no file ${path}`);
      return inPieces(content, piece);
    },
    match: (glob) =>
      Promise.resolve(
        Object.keys(files)
          .filter((path) => globPattern(glob).test(path))
          .sort(),
      ),
  };
}

/** A stream of a text's bytes, in pieces. */
export async function* inPieces(content: string | Uint8Array, piece: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content as string);
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
