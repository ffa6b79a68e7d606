import { PollenBatchError } from '../errors.ts';

/** The bytes of a file as they come. */
export interface FileBytes extends AsyncIterable<Uint8Array> {
  /** Which version of an object of a bucket it is, once the first bytes are there. */
  readonly version?: () => string | undefined;
}

/** The files that a job names: below its folder, or in a bucket (`s3://…`). Injected, since a worker has no such folder. */
export interface JobFiles {
  /**
   * Streams a file. What is wrong with it is thrown when its first bytes are asked for, if not before.
   *
   * @throws PollenBatchError `job-invalid` when it is not there, or may not be read
   */
  open(path: string): FileBytes;
  /** Paths of the files that a glob names, in order. */
  match(glob: string): Promise<readonly string[]>;
}

/** Opens an object of any bucket; `undefined` when it is not there. */
export type OpenObject = (
  bucket: string,
  key: string,
) => Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly version?: string } | undefined>;

/** Of a job that names none. */
export const noFiles: JobFiles = {
  open(path) {
    throw new PollenBatchError('job-invalid', `${path} is not among the job's files`);
  },
  match: () => Promise.resolve([]),
};

/** Whether a path names an object of a bucket. */
export function isObjectPath(path: string): boolean {
  return path.startsWith('s3://');
}

/** Files of a job together with the objects that it names. */
export function withObjects(files: JobFiles, openObject: OpenObject): JobFiles {
  return { ...files, open: (path) => (isObjectPath(path) ? readObject(path, openObject) : files.open(path)) };
}

function readObject(path: string, openObject: OpenObject): FileBytes {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/su.exec(path) ?? [];
  let version: string | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    const object = await openObject(bucket, key);
    if (object === undefined) throw new PollenBatchError('job-invalid', `there is no object ${path}`);
    ({ version } = object);
    yield* object.body;
  }
  return { [Symbol.asyncIterator]: read, version: () => version };
}
