/** The files that a job names: below its folder, or in a bucket (`s3://…`). Injected, since a worker has no such folder. */
export interface JobFiles {
  /**
   * Streams a file.
   *
   * @throws PollenBatchError `job-invalid` when it is not there, or may not be read
   */
  open(path: string): AsyncIterable<Uint8Array>;
  /** Paths of the files that a glob names, in order. */
  match(glob: string): Promise<readonly string[]>;
}

/** Of a job that names none. */
export const noFiles: JobFiles = {
  open(path) {
    throw new Error(`${path} is not among the job's files`);
  },
  match: () => Promise.resolve([]),
};
